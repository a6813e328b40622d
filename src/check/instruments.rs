//! What a check measures with, and how it notices that one of these is broken.

use std::sync::atomic::AtomicBool;

use anyhow::Result;

use crate::db::Database;
use crate::hammer::OrderOutcomes;
use crate::hammer::gateway::Call;
use crate::model::candidate::Candidate;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::Delivery;
use crate::proof::purchases::Proof;
use crate::run::audit::{Books, Effects, Violations, audit};

/// Proves something of a candidate in a story, on a database whose tables have been made.
pub type Prover<'a> =
    dyn Fn(&Database, &Candidate, Scenario, &'static AtomicBool) -> Proof + Sync + 'a;

/// Names what is wrong with what was found.
pub type Auditor<'a> = dyn Fn(&Found<'_>) -> Violations + Sync + 'a;

/// Opens a database like the one at hand.
pub type Opener<'a> = dyn Fn() -> Result<Database> + Sync + 'a;

/// What an audit is given.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// In which story.
    pub scenario: Scenario,
    /// Under which load.
    pub load: &'a Load,
    /// What the buyers were told.
    pub told: &'a OrderOutcomes,
    /// What the database says.
    pub books: &'a Books,
    /// What the world outside has received.
    pub calls: &'a [Call],
}

/// What a check measures with. Whoever tests it puts in one that is broken.
#[derive(Clone, Copy)]
pub struct Instruments<'a> {
    /// Makes the proofs.
    pub prove: &'a Prover<'a>,
    /// Opens a database like the one at hand, for the proofs, which then are made while buyers
    /// wait in the other; `None`: they are made in the same one, when the rounds are done.
    pub apart: Option<&'a Opener<'a>>,
    /// The audit.
    pub audit: &'a Auditor<'a>,
}

impl Default for Instruments<'_> {
    /// The real ones, with the proofs in the database at hand.
    fn default() -> Self {
        Self {
            prove: &prove,
            apart: None,
            audit: &name_violations,
        }
    }
}

/// Units that the two buyers of a proof find.
const STOCK: i64 = 1;

fn prove(
    database: &Database,
    candidate: &Candidate,
    scenario: Scenario,
    stop: &'static AtomicBool,
) -> Proof {
    Proof::of(database, candidate, scenario, STOCK, stop)
}

/// The audit of a run, and of what it did outside.
pub fn name_violations(found: &Found<'_>) -> Violations {
    let mut violations = audit(found.scenario, found.load, found.told, found.books).violations;
    if found.scenario.bills() {
        Effects::of(found.calls, found.books, Delivery::AtLeastOnce).blame(&mut violations);
    }
    violations
}
