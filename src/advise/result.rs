//! The advice, in the shape of its JSON.

use serde::Serialize;

use super::{Burden, Neighbour};
use crate::compare::{Comparison, Setting};
use crate::exit::Exit;
use crate::statistics::Estimate;

/// The name and version of the JSON of an advice. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.advise/1";

/// All that is known for an advice.
#[derive(Clone, Debug, Serialize)]
pub struct Advice {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Where and how it was measured.
    #[serde(flatten)]
    pub setting: Setting,
    /// Processes that sell.
    pub servers: u32,
    /// What to take; `null` where nothing could be ranked.
    pub recommendation: Option<Recommendation>,
    /// What to take where the program must decide between reading and taking; `null` where that
    /// is the same.
    pub deciding: Option<Recommendation>,
    /// The compare at the user's own numbers.
    pub comparison: Comparison,
    /// What other numbers would change.
    pub outlook: Vec<Outlook>,
    /// Whether it was ended early from outside.
    pub interrupted: bool,
    /// How long all of it took, in seconds.
    pub elapsed_s: f64,
}

/// What to take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recommendation {
    /// The strategy.
    pub label: String,
    /// What it asks of the program.
    pub burdens: Vec<Burden>,
    /// Units sold per second.
    pub goodput_per_s: Option<Estimate>,
    /// Those that it was chosen from as the simplest.
    pub no_difference_from: Vec<String>,
    /// The fastest of those that are shown to be slower.
    pub next_best: Option<String>,
    /// How many times the goodput of the one to take that one has.
    pub next_best_ratio: Option<Estimate>,
    /// Its own goodput as a multiple of that of the fastest of all; `null` where that is itself.
    pub to_fastest: Option<Estimate>,
}

/// What other numbers would change.
#[derive(Clone, Debug, Serialize)]
pub struct Outlook {
    /// The numbers.
    #[serde(flatten)]
    pub neighbour: Neighbour,
    /// Rounds finished under them.
    pub rounds: u32,
    /// The one that is faster there than what was recommended; `null` where none is shown to be.
    pub change: Option<Change>,
    /// Whether what was recommended is shown to be the fastest there as well.
    pub stays_ahead: bool,
}

/// One that is faster under other numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The strategy.
    pub label: String,
    /// How many times the goodput of what was recommended it has there.
    pub ratio: Estimate,
}

impl Outlook {
    /// What came of a comparison whose reference is what was recommended.
    pub(super) fn new(neighbour: Neighbour, comparison: Comparison, chosen: &str) -> Self {
        let is_reference = comparison.reference.as_deref() == Some(chosen);
        let first = comparison.ranked.first();
        let change = first
            .filter(|first| is_reference && first.label != chosen)
            .and_then(|first| {
                let ratio = first.ratio.filter(|ratio| ratio.excludes(1.0))?;
                Some(Change {
                    label: first.label.clone(),
                    ratio,
                })
            });
        let leads =
            first.is_some_and(|first| first.label == chosen && first.no_difference_from.is_empty());
        Self {
            neighbour,
            rounds: comparison.rounds,
            change,
            stays_ahead: leads && comparison.rounds > 0,
        }
    }
}

impl Advice {
    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self.comparison.exit() {
            Exit::Broken => Exit::Broken,
            _ if self.interrupted => Exit::Interrupted,
            exit => exit,
        }
    }
}
