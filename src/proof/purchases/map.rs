//! The map: every combination of the first four choices that means something, and what every
//! schedule of two buyers shows of it.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use serde::Serialize;

use super::Proof;
use crate::db::{Database, Description};
use crate::model::candidate::{Candidate, Overrides};
use crate::model::scenario::Scenario;
use crate::model::strategy::{Plan, Strategy};
use crate::system::exit::Exit;

/// The name and version of the JSON of a map.
pub const MAP_SCHEMA: &str = "lockbench.map/1";

/// The whole space of plans on one database.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct MapResult {
    /// [`MAP_SCHEMA`].
    pub schema: &'static str,
    /// On which database.
    pub database: Description,
    /// How many buyers.
    pub sessions: usize,
    /// Units at the start.
    pub stock: i64,
    /// Each plan that can be run there.
    pub places: Vec<Place>,
    /// Whether it was ended early from outside.
    pub interrupted: bool,
}

/// A plan, and what is known of it.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Place {
    /// Its choices.
    #[serde(flatten)]
    pub plan: Plan,
    /// The name that it goes by, if it has one.
    pub name: Option<String>,
    /// What every schedule shows.
    #[serde(flatten)]
    pub proof: Proof,
}

impl MapResult {
    /// Explores every plan, telling `progress` how many are done and how many there are.
    pub fn draw(
        database: &Database,
        description: Description,
        stock: i64,
        stop: &'static AtomicBool,
        mut progress: impl FnMut(usize, usize),
    ) -> Self {
        let plans = Plan::meaningful(database.backend());
        let mut places = Vec::new();
        for (done, plan) in plans.iter().enumerate() {
            if stop.load(Relaxed) {
                break;
            }
            progress(done, plans.len());
            let place = Place::of(database, *plan, stock, stop);
            // What was cut short is no place on a map.
            if !stop.load(Relaxed) {
                places.push(place);
            }
        }
        Self {
            schema: MAP_SCHEMA,
            database: description,
            sessions: 2,
            stock,
            places,
            interrupted: stop.load(Relaxed),
        }
    }

    /// The exit code: a map promises nothing.
    pub fn exit(&self) -> Exit {
        if self.interrupted {
            Exit::Interrupted
        } else {
            Exit::Held
        }
    }
}

impl Place {
    /// Explores one plan. The tables must have been made.
    pub fn of(database: &Database, plan: Plan, stock: i64, stop: &'static AtomicBool) -> Self {
        let candidate = Candidate::new(
            Strategy::Naive,
            Overrides {
                guard: Some(plan.guard),
                isolation: Some(plan.isolation),
                read: Some(plan.read),
                write: Some(plan.write),
                ..Overrides::default()
            },
        );
        Self {
            plan,
            name: candidate.is_named().then(|| candidate.name.clone()),
            proof: Proof::of(database, &candidate, Scenario::Inventory, stock, stop),
        }
    }
}
