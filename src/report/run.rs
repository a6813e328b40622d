//! The result of a run, as text.
//!
//! To add a format: a variant of [`Format`], its arm in [`render`], and its file.

mod csv;
mod json;
mod markdown;
mod outside;
mod sentence;
mod text;

pub(crate) use text::load as load_line;

use clap::ValueEnum;

use crate::run::result::RunResult;

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

/// Writes `result` down in `format`, ending in a new line; for people in lines of at most `width`
/// columns.
///
/// # Errors
/// The format cannot express the result, which no format is known to be unable to.
pub fn render(result: &RunResult, format: Format, width: usize) -> anyhow::Result<String> {
    match format {
        Format::Text => Ok(text::render(result, width)),
        Format::Json => json::render(result),
        Format::Markdown => Ok(markdown::render(result)),
        Format::Csv => csv::render(result),
    }
}
