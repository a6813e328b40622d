//! An advice as text: one file for each output format.

mod text;

use anyhow::Result;
use clap::ValueEnum;

use crate::compare::advise::Advice;

/// A way to write an advice down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AdviseFormat {
    /// For people
    #[default]
    Text,
    /// For programs; the schema is versioned
    Json,
}

/// Writes `advice` down in `format`, ending in a new line; for people in lines of at most `width`
/// columns.
///
/// # Errors
/// The format cannot express it, which no format is known to be unable to.
pub fn render(advice: &Advice, format: AdviseFormat, width: usize) -> Result<String> {
    match format {
        AdviseFormat::Text => Ok(text::render(advice, width)),
        AdviseFormat::Json => Ok(serde_json::to_string_pretty(advice)? + "\n"),
    }
}
