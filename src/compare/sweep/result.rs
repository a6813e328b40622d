//! The result of a sweep, in the shape of its JSON.

use clap::ValueEnum;
use serde::Serialize;

use crate::compare::statistics::Estimate;
use crate::compare::{Comparison, Conditions, Timing};
use crate::model::load::Load;
use crate::model::value_name::named_as_on_the_command_line;
use crate::system::exit::Exit;

/// The name and version of the JSON of a sweep. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.sweep/1";

/// All that is known of a sweep.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SweepResult {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Where and how it was measured.
    #[serde(flatten)]
    pub conditions: Conditions,
    /// How hard, but for what the axis changes.
    pub load: Load,
    /// What was changed from point to point.
    pub axis: Axis,
    /// The labels of all that were run, in the order in which they were asked for.
    pub labels: Vec<String>,
    /// The compare at each point, in the order of the axis.
    pub points: Vec<SweepPoint>,
    /// Where one overtakes another. Only what is shown: before and after it, the interval of
    /// the ratio of the two excludes 1.
    pub crossovers: Vec<Crossover>,
    /// Whether it was ended early from outside: the rounds are those that were finished.
    pub interrupted: bool,
    /// How the time was spent.
    pub timing: Timing,
    /// How long all of it took, from the start of the command, in seconds.
    pub elapsed_s: f64,
}

/// The number of the load that is changed, and its values.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Axis {
    /// Which number.
    pub name: AxisName,
    /// Its unit: `µs` for a time, else empty.
    pub unit: &'static str,
    /// Whether the values are best drawn on a logarithmic axis: they grow by factors.
    pub logarithmic: bool,
    /// The values, rising; a time in microseconds.
    pub values: Vec<f64>,
}

/// A number of the load that can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AxisName {
    /// Buyers at work at the same time
    Threads,
    /// Different items for sale
    Items,
    /// How much buyers prefer some items to others
    Skew,
    /// How long a buyer thinks
    Hold,
    /// Database connections
    Pool,
}

named_as_on_the_command_line!(AxisName);

/// The compare at one point of the axis.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SweepPoint {
    /// The value; a time in microseconds.
    pub value: f64,
    /// The value as people write it: "10ms".
    pub shown: String,
    /// What was found there.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// Where one overtakes another as the axis rises.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Crossover {
    /// The label of the one that is faster above.
    pub faster_above: String,
    /// The label of the one that is faster below.
    pub faster_below: String,
    /// The value of the axis at which they are as fast as each other.
    pub at: Estimate,
    /// The same in words: "optimistic overtakes pessimistic above 27 items (21 to 35)".
    pub words: String,
}

impl SweepResult {
    /// The exit code: that of the worst point.
    pub fn exit(&self) -> Exit {
        let exits = self.points.iter().map(|point| point.comparison.exit());
        let exits: Vec<Exit> = exits.collect();
        if exits.contains(&Exit::Broken) {
            Exit::Broken
        } else if self.interrupted {
            Exit::Interrupted
        } else if exits.contains(&Exit::Inconclusive) {
            Exit::Inconclusive
        } else {
            Exit::Held
        }
    }
}
