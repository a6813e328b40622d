//! The advice, in the shape of its JSON.

use serde::Serialize;

use super::rule::Choice;
use super::{Burden, Layers, Neighbour, PassedOver};
use crate::compare::statistics::{Estimate, LEAST};
use crate::compare::{Comparison, Conditions, Timing, ratio};
use crate::db::Backend;
use crate::purchase::explain::Sent;
use crate::system::exit::Exit;

/// The name and version of the JSON of an advice. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.advise/1";

/// All that is known for an advice.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Advice {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Where and how it was measured.
    #[serde(flatten)]
    pub conditions: Conditions,
    /// Processes that sell.
    pub servers: u32,
    /// What to take; `null` where nothing could be ranked, or too few rounds were finished.
    pub recommendation: Option<Recommendation>,
    /// What to take where the program must decide between reading and taking; `null` where that
    /// is the same.
    pub deciding: Option<Recommendation>,
    /// What one purchase of it sends; empty where nothing is recommended.
    pub statements: Vec<Sent>,
    /// What layers would add; `null` where none was measured.
    pub layers: Option<Layers>,
    /// The compare at the user's own numbers.
    pub comparison: Comparison,
    /// What other numbers would change.
    pub outlook: Vec<Outlook>,
    /// Whether it was ended early from outside.
    pub interrupted: bool,
    /// How the time was spent.
    pub timing: Timing,
    /// How long all of it took, from the start of the command, in seconds.
    pub elapsed_s: f64,
}

/// What to take.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Recommendation {
    /// The strategy.
    pub label: String,
    /// What it asks of the program.
    pub burdens: Vec<Burden>,
    /// Units sold per second.
    pub goodput_per_s: Option<Estimate>,
    /// The 99th percentile of the latency of its orders, in microseconds; `null` of too few.
    pub p99_us: Option<u64>,
    /// Attempts for each order that was carried out.
    pub attempts_per_sale: f64,
    /// Statements for each of them; `null` where they were not counted.
    pub statements_per_sale: Option<f64>,
    /// The others, and why none of them is recommended; the runner-up first.
    pub passed_over: Vec<PassedOver>,
    /// Those to which no difference in goodput is shown.
    pub no_difference_from: Vec<String>,
    /// The fastest of those that are shown to be slower.
    pub next_best: Option<String>,
    /// How many times the goodput of the one to take that one has.
    pub next_best_ratio: Option<Estimate>,
    /// Its own goodput as a multiple of that of the fastest of all; `null` where that is itself.
    pub to_fastest: Option<Estimate>,
}

/// What other numbers would change.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Change {
    /// The strategy.
    pub label: String,
    /// How many times the goodput of what was recommended it has there.
    pub ratio: Estimate,
}

impl Recommendation {
    /// What is recommended of a comparison.
    pub(super) fn new(choice: &Choice<'_>, comparison: &Comparison, backend: Backend) -> Self {
        let chosen = choice.chosen;
        let others = || {
            let ranked = comparison.ranked.iter();
            let considered = |label: &String| {
                let mut passed_over = choice.passed_over.iter();
                passed_over.any(|one| one.label == *label)
            };
            ranked.filter(move |one| considered(&one.label))
        };
        let slower = |ratio: &Estimate| ratio.high.is_some_and(|high| high < 1.0);
        let next = others().find_map(|one| Some((one, ratio(one, chosen).filter(slower)?)));
        let fastest = comparison.ranked.first();
        Self {
            label: chosen.label.clone(),
            burdens: Burden::of(&chosen.strategy.plan, backend),
            goodput_per_s: chosen.goodput_per_s,
            p99_us: chosen.latency_us.sold.distribution.p99,
            attempts_per_sale: chosen.attempts_per_sale,
            statements_per_sale: chosen.statements_per_sale,
            passed_over: choice.passed_over.clone(),
            no_difference_from: others()
                .filter(|one| ratio(one, chosen).is_some_and(|ratio| !ratio.excludes(1.0)))
                .map(|one| one.label.clone())
                .collect(),
            next_best: next.map(|(next, _)| next.label.clone()),
            next_best_ratio: next.map(|(_, ratio)| ratio),
            to_fastest: fastest
                .filter(|first| first.label != chosen.label)
                .and_then(|first| ratio(chosen, first)),
        }
    }
}

impl Outlook {
    /// Whether there were rounds enough to say anything.
    pub fn is_known(&self) -> bool {
        self.rounds as usize >= LEAST
    }

    /// Other numbers for which there was no time.
    pub(super) fn unknown(neighbour: Neighbour) -> Self {
        Self {
            neighbour,
            rounds: 0,
            change: None,
            stays_ahead: false,
        }
    }

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
