//! The result of a compare as text: one file for each output format.
//!
//! To add a format: a variant of [`CompareFormat`], which a sweep has as well, its arm in
//! [`render`], and its file.

mod bars;
mod cost;
pub(crate) mod csv;
mod markdown;
mod page;
pub(crate) mod sentence;
pub(crate) mod table;
pub(crate) mod text;

use anyhow::Result;
use clap::ValueEnum;

use super::{Rendered, pictures};
use crate::compare::CompareResult;

/// A way to write the result of a compare or a sweep down.
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
    /// For the browser: one file with every number and its pictures
    Html,
    /// The main picture alone, for light paper and dark
    Svg,
    /// The main picture alone, on white paper
    Png,
}

/// Writes `result` down in `format`, ending in a new line; for people in lines of at most `width`
/// columns.
///
/// # Errors
/// The format cannot express the result, which no format is known to be unable to.
pub fn render(result: &CompareResult, format: CompareFormat, width: usize) -> Result<Rendered> {
    let picture = || pictures::ranked(&result.comparison, result.conditions.confidence).draw();
    Ok(match format {
        CompareFormat::Text => text::render(result, width).into(),
        CompareFormat::Json => (serde_json::to_string_pretty(result)? + "\n").into(),
        CompareFormat::Markdown => markdown::render(result).into(),
        CompareFormat::Csv => csv::render(result)?.into(),
        CompareFormat::Html => page::render(result)?.into(),
        CompareFormat::Svg => picture()?.svg().into(),
        CompareFormat::Png => Rendered::Binary(picture()?.png()?),
    })
}
