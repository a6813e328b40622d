//! An earlier compare, to hold a later one against.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use thiserror::Error;

use super::judgement::Then;
use super::{CompareRequest, CompareResult, Judgement, SCHEMA, Standing};
use crate::compare::statistics::{LEAST, median};
use crate::db::Description;
use crate::model::load::Load;
use crate::system::machine::Machine;

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

/// The name and version of its JSON, which is looked at before anything else of it.
#[derive(Deserialize)]
struct Schema {
    schema: String,
}

/// Why an earlier compare is no baseline.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// There is no such file, or it holds something else.
    #[error("{0}")]
    Unreadable(String),
    /// It cannot be compared with anything that is measured now.
    #[error("the baseline does not fit: {0}; measure a new one with --save")]
    Unfit(String),
}

/// By what factor rounds must differ in length for it to be said.
const OTHER_LENGTH: f64 = 1.5;

/// Settings that follow from the load, and bear on nothing else.
const FOLLOWING: [&str; 1] = ["max_connections"];

impl Baseline {
    /// Reads what `--save` or `--format json` has written.
    ///
    /// # Errors
    /// There is no such file, it is no compare, or it is not worth comparing with.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| BaselineError::Unreadable(format!("cannot read {shown}: {error}")))?;
        let no_compare = |error: serde_json::Error| {
            BaselineError::Unreadable(format!(
                "{shown} is not JSON output of `lockbench compare`: {error}"
            ))
        };
        let Schema { schema } = serde_json::from_str(&text).map_err(no_compare)?;
        if schema != SCHEMA {
            return Err(BaselineError::Unfit(format!(
                "{shown} has the schema {schema}, and this lockbench reads {SCHEMA}"
            )));
        }
        let baseline: Self = serde_json::from_str(&text).map_err(no_compare)?;
        let rounds = baseline.ranked.iter().map(|then| then.rounds.len());
        let why = if baseline.interrupted || baseline.ranked.is_empty() {
            Some("was interrupted, or has no ranking".to_owned())
        } else if rounds.min() < Some(LEAST) {
            Some(format!("has fewer than {LEAST} rounds"))
        } else {
            None
        };
        match why {
            Some(why) => Err(BaselineError::Unfit(format!("{shown} {why}"))),
            None => Ok(Self {
                path: shown,
                ..baseline
            }),
        }
    }

    /// Makes sure that what is about to be measured can be held against it. Another patch of the
    /// same release of the database can.
    ///
    /// # Errors
    /// It cannot, because something else would be measured.
    pub fn check(&self, request: &CompareRequest, now: &Description) -> Result<(), BaselineError> {
        match self.refusal(request, now) {
            Some(why) => Err(BaselineError::Unfit(why)),
            None => Ok(()),
        }
    }

    fn refusal(&self, request: &CompareRequest, now: &Description) -> Option<String> {
        let then = &self.database;
        let backend = serde_json::to_value(now.backend).ok();
        let backend = backend.as_ref().and_then(|name| name.as_str());
        let release = |version: &str| now.backend.release(version).to_owned();
        if backend != Some(&then.backend) || release(&now.version) != release(&then.version) {
            return Some(self.differs(
                "database",
                &format!("{} {}", then.backend, then.version),
                &format!("{} {}", backend.unwrap_or_default(), now.version),
            ));
        }
        let machine = Machine::this();
        if !machine.is_like(&self.machine) {
            return Some(self.differs("machine", &self.machine.shown(), &machine.shown()));
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
            let shown = |load: &Load| format!("`{} --seed {}`", load.arguments(), load.seed);
            return Some(self.differs("load", &shown(&self.load), &shown(&request.load)));
        }
        self.ranked.iter().find_map(|then| {
            let mut candidates = request.candidates.iter();
            let now = candidates.find(|compared| compared.label == then.label);
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
                        now.candidate.plan,
                        now.load(&self.load).hold.as_micros()
                    ),
                ),
            })
        })
    }

    fn differs(&self, what: &str, before: &str, after: &str) -> String {
        format!(
            "in {} the {what} was {before}, and now it is {after}",
            self.path
        )
    }

    /// Holds a later compare against it.
    pub fn judge(&self, result: &CompareResult, tolerance: f64) -> Judgement {
        let now = &result.conditions.machine;
        let other = (self.machine != *now)
            .then(|| format!("{}, not {}", now.shown(), self.machine.shown()));
        let version = &result.conditions.database.version;
        let patch = (*version != self.database.version).then(|| {
            format!(
                "The database is a different patch release: {version} now, {} then.",
                self.database.version
            )
        });
        let system = other
            .as_ref()
            .map(|other| format!("The machine runs a different system: {other}."));
        let lengths = self.other_lengths(&result.comparison.ranked);
        let notes = patch.into_iter().chain(system).chain(lengths).collect();
        Judgement::of(
            &result.comparison.ranked,
            &self.ranked,
            self.path.clone(),
            tolerance,
            other,
            notes,
        )
    }

    /// That rounds were much longer or shorter than they are now, because there was more time or
    /// less.
    fn other_lengths(&self, ranked: &[Standing]) -> Option<String> {
        let then = self.ranked.iter().flat_map(|then| &then.rounds);
        let then = median(&then.map(|round| round.elapsed_s).collect::<Vec<_>>())?.value;
        let now = ranked.iter().flat_map(|now| &now.rounds);
        let now = median(&now.map(|round| round.elapsed_s).collect::<Vec<_>>())?.value;
        let factor = now.max(then) / now.min(then).max(f64::MIN_POSITIVE);
        (factor > OTHER_LENGTH).then(|| {
            format!("A round measures for {now:.2} s now, and measured for {then:.2} s then: give both the same --max-time.")
        })
    }
}
