//! What each isolation level prevents: one file for each output format.

mod markdown;
mod sentence;
mod text;

pub use markdown::{story, table};

use anyhow::Result;
use clap::ValueEnum;

use crate::proof::anomaly::AnomaliesResult;

/// A way to write a survey of anomalies down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AnomaliesFormat {
    /// For people
    #[default]
    Text,
    /// For programs, with every step of every script; the schema is versioned
    Json,
    /// For wikis
    Markdown,
}

/// How much of a survey to show; JSON shows all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The table.
    Table,
    /// The timeline of each script.
    Timelines,
}

/// Writes `result` down in `format`, `width` columns wide, ending in a new line.
///
/// # Errors
/// The format cannot express the result, which no format is known to be unable to.
pub fn render(
    result: &AnomaliesResult,
    format: AnomaliesFormat,
    detail: Detail,
    width: usize,
) -> Result<String> {
    match format {
        AnomaliesFormat::Text => Ok(text::render(result, detail, width)),
        AnomaliesFormat::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        AnomaliesFormat::Markdown => Ok(markdown::render(result, detail)),
    }
}
