//! The result of a sweep as text: one file for each output format.
//!
//! To add a format: a variant of [`SweepFormat`], its arm in [`render`], and its file.

mod csv;
mod markdown;
mod sentence;
mod table;
mod text;

use anyhow::Result;
use clap::ValueEnum;

use crate::sweep::SweepResult;

/// A way to write the result of a sweep down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SweepFormat {
    /// For people
    #[default]
    Text,
    /// For programs; the schema is versioned
    Json,
    /// For pull requests and wikis
    Markdown,
    /// For spreadsheets: a line for each number
    Csv,
}

/// Writes `result` down in `format`, ending in a new line.
///
/// # Errors
/// The format cannot express the result, which no format is known to be unable to.
pub fn render(result: &SweepResult, format: SweepFormat) -> Result<String> {
    match format {
        SweepFormat::Text => Ok(text::render(result)),
        SweepFormat::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        SweepFormat::Markdown => Ok(markdown::render(result)),
        SweepFormat::Csv => csv::render(result),
    }
}
