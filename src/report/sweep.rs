//! The result of a sweep as text: one file for each output format.
//!
//! To add a format: a variant of [`CompareFormat`], its arm in [`render`], and its file.

mod csv;
mod markdown;
#[cfg(feature = "pictures")]
mod page;
mod sentence;
mod table;
mod text;

use anyhow::Result;
#[cfg(not(feature = "pictures"))]
use anyhow::bail;

use super::Rendered;
use super::compare::CompareFormat;
#[cfg(not(feature = "pictures"))]
use super::compare::MissingPictures;
#[cfg(feature = "pictures")]
use super::pictures;
use crate::compare::sweep::SweepResult;

/// Writes `result` down in `format`, ending in a new line; for people in lines of at most `width`
/// columns.
///
/// # Errors
/// The format is [missing](CompareFormat::missing), or cannot express the result, which none is
/// known to be unable to.
pub fn render(result: &SweepResult, format: CompareFormat, width: usize) -> Result<Rendered> {
    #[cfg(feature = "pictures")]
    let picture = || pictures::curves(result, pictures::Measure::Goodput).draw();
    Ok(match format {
        CompareFormat::Text => text::render(result, width).into(),
        CompareFormat::Json => (serde_json::to_string_pretty(result)? + "\n").into(),
        CompareFormat::Markdown => markdown::render(result).into(),
        CompareFormat::Csv => csv::render(result)?.into(),
        #[cfg(feature = "pictures")]
        CompareFormat::Html => page::render(result)?.into(),
        #[cfg(feature = "pictures")]
        CompareFormat::Svg => picture()?.svg().into(),
        #[cfg(feature = "pictures")]
        CompareFormat::Png => Rendered::Binary(picture()?.png()?),
        #[cfg(not(feature = "pictures"))]
        CompareFormat::Html | CompareFormat::Svg | CompareFormat::Png => bail!(MissingPictures),
    })
}
