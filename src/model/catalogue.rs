//! All strategies or all mistakes, and what each promises where, in the shape of its JSON.

use serde::Serialize;

use crate::db::{Backend, Engine};
use crate::model::named::Named;
use crate::model::strategy::{Deployment, Plan, Promise};

/// The name and version of the JSON of a catalogue. The number changes when a key is removed or
/// changes its meaning, not when one is added.
pub const SCHEMA: &str = "lockbench.strategies/1";

/// All strategies, or all mistakes.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Catalogue {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Whether the rows are mistakes; strategies otherwise.
    pub mistakes: bool,
    /// Each of them.
    pub rows: Vec<CatalogueRow>,
}

/// A strategy or a mistake.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct CatalogueRow {
    /// What `--strategy` takes.
    pub name: String,
    /// What it does, in a line.
    pub summary: String,
    /// Its choices.
    #[serde(flatten)]
    pub plan: Plan,
    /// What it promises, for each kind of database.
    pub promises: Vec<PromiseOn>,
}

/// What is promised on one kind of database, at the defaults of that database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PromiseOn {
    /// The kind of database.
    pub backend: Backend,
    /// The promise; `null` where it cannot be run.
    pub promise: Option<Promise>,
    /// Why it cannot be run; `null` where it can.
    pub refusal: Option<String>,
}

impl Catalogue {
    /// All strategies, or all mistakes.
    pub fn new(mistakes: bool) -> Self {
        Self {
            schema: SCHEMA,
            mistakes,
            rows: Named::all(mistakes).map(CatalogueRow::new).collect(),
        }
    }
}

impl CatalogueRow {
    fn new(row: Named) -> Self {
        let plan = row.plan();
        let on = |backend| {
            let deployment = Deployment::from(Engine::of(backend));
            PromiseOn {
                backend,
                promise: row.promise(deployment),
                refusal: plan.refusal_in(deployment),
            }
        };
        Self {
            name: row.to_string(),
            summary: row.summary(),
            plan,
            promises: Backend::ALL.map(on).to_vec(),
        }
    }
}
