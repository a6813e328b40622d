//! The result of a compare as text: one file for each output format.
//!
//! To add a format: a variant of [`CompareFormat`], which a sweep has as well, its arm in
//! [`render`], and its file.

mod bars;
mod cost;
pub(crate) mod csv;
mod markdown;
#[cfg(feature = "pictures")]
mod page;
pub(crate) mod sentence;
pub(crate) mod table;
pub(crate) mod text;

use anyhow::Result;
#[cfg(not(feature = "pictures"))]
use anyhow::bail;
use clap::ValueEnum;

use super::Rendered;
#[cfg(feature = "pictures")]
use super::pictures;
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
    #[cfg_attr(not(feature = "pictures"), value(hide = true))]
    Html,
    /// The main picture alone, for light paper and dark
    #[cfg_attr(not(feature = "pictures"), value(hide = true))]
    Svg,
    /// The main picture alone, on white paper
    #[cfg_attr(not(feature = "pictures"), value(hide = true))]
    Png,
}

impl CompareFormat {
    /// Why this build does not have the format; `None` where it has.
    pub fn missing(self) -> Option<MissingPictures> {
        let needs_pictures = matches!(self, Self::Html | Self::Svg | Self::Png);
        (needs_pictures && cfg!(not(feature = "pictures"))).then_some(MissingPictures)
    }
}

/// A format with charts was asked of a build that cannot draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this lockbench was built without charts, which html, svg and png need: rebuild with `cargo build --release --features pictures`"
)]
pub struct MissingPictures;

/// Writes `result` down in `format`, ending in a new line; for people in lines of at most `width`
/// columns.
///
/// # Errors
/// The format is [missing](CompareFormat::missing), or cannot express the result, which none is
/// known to be unable to.
pub fn render(result: &CompareResult, format: CompareFormat, width: usize) -> Result<Rendered> {
    #[cfg(feature = "pictures")]
    let picture = || pictures::ranked(&result.comparison, result.conditions.confidence).draw();
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
