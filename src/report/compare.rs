//! The result of a compare as text: one file for each output format.
//!
//! To add a format: a variant of [`CompareFormat`], its arm in [`render`], and its file.

mod bars;
mod cost;
pub(crate) mod csv;
mod markdown;
pub(crate) mod sentence;
pub(crate) mod table;
pub(crate) mod text;

use anyhow::Result;
use clap::ValueEnum;

use crate::compare::CompareResult;

/// A way to write the result of a compare down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
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
pub fn render(result: &CompareResult, format: CompareFormat) -> Result<String> {
    match format {
        CompareFormat::Text => Ok(text::render(result)),
        CompareFormat::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        CompareFormat::Markdown => Ok(markdown::render(result)),
        CompareFormat::Csv => csv::render(result),
    }
}
