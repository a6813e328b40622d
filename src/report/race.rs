//! The result of a race, and a single schedule of one: one file for each format.

mod anomaly;
mod cures;
mod junit;
mod orm;
mod page;
mod refused;
mod text;

use anyhow::Result;
use clap::ValueEnum;

use super::fold::as_block;
use crate::race::{RaceResult, ReplayedRace};

/// A way to write the result of a race down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RaceFormat {
    /// For people: with the shortest order that goes wrong, step by step
    #[default]
    Text,
    /// For programs; the schema is versioned
    Json,
    /// For pull requests and job summaries
    Markdown,
    /// For a class: one file for the browser, in which to step through the order
    Html,
    /// For CI: a test case
    Junit,
}

/// Writes `result` down in `format`, in lines of at most `width` columns, ending in a new line.
///
/// # Errors
/// The format cannot express the result, which no format is known to be unable to.
pub fn render(result: &RaceResult, format: RaceFormat, width: usize) -> Result<String> {
    match format {
        RaceFormat::Text => Ok(text::render(result, width)),
        RaceFormat::Markdown => Ok(as_block(&text::render(result, width))),
        RaceFormat::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        RaceFormat::Html => page::render(result),
        RaceFormat::Junit => junit::render(result),
    }
}

/// The same for a single schedule.
///
/// # Errors
/// As above.
pub fn render_replay(result: &ReplayedRace, format: RaceFormat, width: usize) -> Result<String> {
    match format {
        RaceFormat::Text => Ok(text::render_replay(result, width)),
        RaceFormat::Markdown => Ok(as_block(&text::render_replay(result, width))),
        RaceFormat::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        RaceFormat::Html => page::render_replay(result),
        RaceFormat::Junit => junit::render_replay(result),
    }
}
