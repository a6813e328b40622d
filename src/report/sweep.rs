//! The result of a sweep as text: one file for each output format.
//!
//! To add a format: a variant of [`CompareFormat`], its arm in [`render`], and its file.

mod csv;
mod markdown;
mod page;
mod sentence;
mod table;
mod text;

use anyhow::Result;

use super::compare::CompareFormat;
use super::{Rendered, pictures};
use crate::compare::sweep::SweepResult;

/// Writes `result` down in `format`, ending in a new line; for people in lines of at most `width`
/// columns.
///
/// # Errors
/// The format cannot express the result, which no format is known to be unable to.
pub fn render(result: &SweepResult, format: CompareFormat, width: usize) -> Result<Rendered> {
    let picture = || pictures::curves(result, pictures::Measure::Goodput).draw();
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
