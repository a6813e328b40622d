//! An earlier compare, to hold a later one against.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::standing::speed;
use super::{CompareRequest, CompareResult, Entrant, Judgement, SCHEMA};
use crate::db::Description;
use crate::load::Load;
use crate::machine::Machine;
use crate::statistics::LEAST;
use crate::strategy::Plan;

/// What is needed of an earlier compare: a part of its JSON.
#[derive(Clone, Debug, Deserialize)]
pub struct Baseline {
    /// Where it was read from.
    #[serde(skip)]
    path: String,
    database: DatabaseThen,
    machine: Machine,
    load: Load,
    ranked: Vec<Then>,
    interrupted: bool,
}

/// The database that it was measured on.
#[derive(Clone, Debug, Deserialize)]
struct DatabaseThen {
    backend: String,
    version: String,
    settings: BTreeMap<String, String>,
}

/// One that was ranked in it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Then {
    pub(super) label: String,
    strategy: Plan,
    hold_us: u64,
    rounds: Vec<RoundThen>,
}

/// One round of it.
#[derive(Clone, Debug, Deserialize)]
struct RoundThen {
    goodput_per_s: f64,
    elapsed_s: f64,
}

/// The name and version of its JSON, which is looked at before anything else of it.
#[derive(Deserialize)]
struct Schema {
    schema: String,
}

/// Settings that follow from the load, and bear on nothing else.
const FOLLOWING: [&str; 1] = ["max_connections"];

impl Then {
    pub(super) fn speeds(&self) -> Vec<f64> {
        let rounds = self.rounds.iter();
        rounds
            .map(|round| speed(round.goodput_per_s, round.elapsed_s))
            .collect()
    }

    /// Whether it is the same as what is compared now.
    fn is(&self, entrant: &Entrant, load: &Load) -> bool {
        let hold = entrant.load(load).hold.as_micros();
        entrant.contender.plan == self.strategy && hold == u128::from(self.hold_us)
    }
}

impl Baseline {
    /// Reads what `--save` or `--format json` has written.
    ///
    /// # Errors
    /// There is no such file, it is no compare, or it is not worth comparing with.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
        let Schema { schema } = serde_json::from_str(&text)
            .with_context(|| format!("{shown} is not the JSON of a compare"))?;
        ensure!(
            schema == SCHEMA,
            "{shown} has the schema {schema}, and this is {SCHEMA}: measure the baseline again"
        );
        let baseline: Self = serde_json::from_str(&text)
            .with_context(|| format!("{shown} is not the JSON of a compare"))?;
        ensure!(
            !baseline.interrupted && !baseline.ranked.is_empty(),
            "{shown} was interrupted, or ranks nobody: measure the baseline again"
        );
        let rounds = baseline.ranked.iter().map(|then| then.rounds.len());
        ensure!(
            rounds.min() >= Some(LEAST),
            "{shown} has fewer than {LEAST} rounds: measure the baseline again"
        );
        Ok(Self {
            path: shown,
            ..baseline
        })
    }

    /// Why what is about to be measured cannot be held against it; `None` where it can.
    pub fn refusal(&self, request: &CompareRequest, now: &Description) -> Option<String> {
        let then = &self.database;
        let backend = serde_json::to_value(now.backend).ok();
        let backend = backend.as_ref().and_then(|name| name.as_str());
        if backend != Some(&then.backend) || now.version != then.version {
            return Some(self.differs(
                "database",
                &format!("{} {}", then.backend, then.version),
                &format!("{} {}", backend.unwrap_or_default(), now.version),
            ));
        }
        let names = then.settings.keys().chain(now.settings.keys());
        for name in names.filter(|name| !FOLLOWING.contains(&name.as_str())) {
            let value = |settings: &BTreeMap<String, String>| {
                let value = settings.get(name).cloned();
                value.unwrap_or_else(|| "absent".to_owned())
            };
            let (before, after) = (value(&then.settings), value(&now.settings));
            if before != after {
                return Some(self.differs(name, &before, &after));
            }
        }
        if self.load != request.load {
            let shown = |load: &Load| format!("{} --seed {}", load.arguments(), load.seed);
            return Some(self.differs("load", &shown(&self.load), &shown(&request.load)));
        }
        self.ranked.iter().find_map(|then| {
            let mut entrants = request.entrants.iter();
            let now = entrants.find(|entrant| entrant.label == then.label);
            let same = now.is_some_and(|now| then.is(now, &self.load));
            (!same).then(|| match now {
                None => format!(
                    "{} has {}, which is not compared now",
                    self.path, then.label
                ),
                Some(now) => self.differs(
                    &then.label,
                    &format!("{}, hold {} µs", then.strategy, then.hold_us),
                    &format!(
                        "{}, hold {} µs",
                        now.contender.plan,
                        now.load(&self.load).hold.as_micros()
                    ),
                ),
            })
        })
    }

    fn differs(&self, what: &str, before: &str, after: &str) -> String {
        format!(
            "{} cannot be compared with: {what} was {before}, and is {after}",
            self.path
        )
    }

    /// Holds a later compare against it.
    pub fn judge(&self, result: &CompareResult, tolerance: f64) -> Judgement {
        let now = &result.setting.machine;
        let other = (self.machine != *now)
            .then(|| format!("{}, not {}", now.shown(), self.machine.shown()));
        Judgement::of(
            &result.comparison.ranked,
            &self.ranked,
            self.path.clone(),
            tolerance,
            other,
        )
    }
}
