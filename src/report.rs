//! Results as text: one file for each output format.
//!
//! To add a format: a variant of [`Format`], its arm in [`render`], and its file.

pub mod advise;
pub mod anomalies;
pub mod chart;
pub mod check;
pub mod compare;
mod csv;
pub mod explore;
mod figures;
mod json;
mod markdown;
mod outside;
mod page;
mod pictures;
pub(crate) mod plain;
mod rendered;
mod sentence;
pub mod sweep;
mod text;

pub use rendered::Rendered;
pub(crate) use sentence::wrongs;

use clap::ValueEnum;

use crate::result::RunResult;

/// A way to write a result down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; the schema is versioned
    Json,
    /// For pull requests and wikis
    Markdown,
    /// For spreadsheets: a header and one line
    Csv,
}

/// Writes `result` down in `format`, ending in a new line.
///
/// # Errors
/// The format cannot express the result, which no format is known to be unable to.
pub fn render(result: &RunResult, format: Format) -> anyhow::Result<String> {
    match format {
        Format::Text => Ok(text::render(result)),
        Format::Json => json::render(result),
        Format::Markdown => Ok(markdown::render(result)),
        Format::Csv => csv::render(result),
    }
}
