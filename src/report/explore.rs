//! The result of an exploration, and a single schedule, as text: one file for each format.

mod command;
mod map;
mod page;
mod text;

pub use command::{setting, setting_inside};
pub use map::{NO_PAGE, cell, render_map};

use anyhow::Result;
use clap::ValueEnum;

use super::fold::as_block;
use crate::proof::purchases::{ExploreResult, ReplayResult};

/// A way to write the result of an exploration down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExploreFormat {
    /// For people: with the shortest schedule that goes wrong, step by step
    #[default]
    Text,
    /// For programs; the schema is versioned
    Json,
    /// For pages
    Markdown,
    /// For a class: one file for the browser, in which to step through the schedule
    Html,
}

/// Writes `result` down in `format`, `width` columns wide, ending in a new line.
///
/// # Errors
/// The format cannot express the result, which no format is known to be unable to.
pub fn render(result: &ExploreResult, format: ExploreFormat, width: usize) -> Result<String> {
    match format {
        ExploreFormat::Text => Ok(text::render(result, width)),
        ExploreFormat::Markdown => Ok(as_block(&text::render(result, width))),
        ExploreFormat::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        ExploreFormat::Html => page::render(result),
    }
}

/// The same for a single schedule.
///
/// # Errors
/// As above.
pub fn render_replay(result: &ReplayResult, format: ExploreFormat, width: usize) -> Result<String> {
    match format {
        ExploreFormat::Text => Ok(text::render_replay(result, width)),
        ExploreFormat::Markdown => Ok(as_block(&text::render_replay(result, width))),
        ExploreFormat::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        ExploreFormat::Html => page::render_replay(result),
    }
}
