//! The result of a check as text: one file for each output format.

mod junit;
mod markdown;
mod sentence;
mod text;

use anyhow::Result;
use clap::ValueEnum;

use super::fold::ENDLESS;
use crate::check::{Attempt, CheckResult, FailedCheck};

/// A way to write the result of a check down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// For programs: an array, with an object for each database; the schema is versioned
    Json,
    /// For pull requests and job summaries
    Markdown,
    /// For CI: a test case for each strategy and database
    Junit,
}

/// Writes the results down, one for each database, ending in a new line; for people in lines of at
/// most `width` columns.
///
/// # Errors
/// The format cannot express them, which no format is known to be unable to.
pub fn render(attempts: &[Attempt], format: CheckFormat, width: usize) -> Result<String> {
    match format {
        CheckFormat::Text => Ok(each(
            attempts,
            &|result| text::render(result, width),
            &|failed| text::render_failed(failed, width),
        )),
        CheckFormat::Markdown => Ok(each(attempts, &markdown::render, &markdown::render_failed)),
        CheckFormat::Junit => junit::render(attempts),
        CheckFormat::Json => Ok(serde_json::to_string_pretty(attempts)? + "\n"),
    }
}

/// The verdict alone, in a line for each database and each broken promise: for the log, where the
/// report goes to a file.
pub fn summary(attempts: &[Attempt]) -> String {
    each(attempts, &text::summary, &|failed| {
        text::render_failed(failed, ENDLESS)
    })
}

fn each(
    attempts: &[Attempt],
    checked: &dyn Fn(&CheckResult) -> String,
    failed: &dyn Fn(&FailedCheck) -> String,
) -> String {
    let texts = attempts.iter().map(|attempt| match attempt {
        Attempt::Checked(result) => checked(result),
        Attempt::Failed(why) => failed(why),
    });
    texts.collect::<Vec<_>>().join("\n")
}
