//! The result of a check as text: one file for each output format.

mod junit;
mod markdown;
mod sentence;
mod text;

use anyhow::Result;
use clap::ValueEnum;

use crate::check::CheckResult;

/// A way to write the result of a check down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// For programs; the schema is versioned
    Json,
    /// For pull requests and job summaries
    Markdown,
    /// For CI: a test case for each strategy and database
    Junit,
}

/// Writes the results down, one for each database, ending in a new line. As JSON, one result
/// is an object and several are an array.
///
/// # Errors
/// The format cannot express them, which no format is known to be unable to.
pub fn render(results: &[CheckResult], format: CheckFormat) -> Result<String> {
    let each = |render: fn(&CheckResult) -> String| {
        results.iter().map(render).collect::<Vec<_>>().join("\n")
    };
    match (format, results) {
        (CheckFormat::Text, _) => Ok(each(text::render)),
        (CheckFormat::Markdown, _) => Ok(each(markdown::render)),
        (CheckFormat::Junit, _) => junit::render(results),
        (CheckFormat::Json, [one]) => Ok(serde_json::to_string_pretty(one)? + "\n"),
        (CheckFormat::Json, _) => Ok(serde_json::to_string_pretty(results)? + "\n"),
    }
}
