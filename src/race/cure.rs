//! What would cure a race: changes that a developer could make are made on the way to the server, or in
//! the disposable database, and all schedules run once more with each.
//!
//! A change is data, a [`Trial`](trial::Trial): what becomes of which statements, what is done to the
//! database, which isolation level. It is a cure when every schedule is right, and the sessions do the
//! same as without it when they run one after the other.

mod candidates;
mod code;
mod trial;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection;

use self::candidates::Candidates;
use self::code::Code;
use self::trial::Trial;
use super::cure_result::{CureName, CureOutcome, Explored as ExploredCure, TriedCure};
use super::edits::Table;
use super::outside::Outside;
use super::{Race, RaceDatabase, RaceError, RaceResult, Request, SerialOrder};
use crate::db::disposable::{put_back, ready};
use crate::explore::Bounds;
use crate::model::verdict::Verdict;

/// Changes to be tried.
pub struct Cures {
    trials: Vec<Trial>,
    /// How the sessions end, and what they leave, one after the other.
    serial: Vec<SerialOrder>,
    /// Whether the sessions have a transaction already.
    has_transaction: bool,
}

/// What changes are tried on: sessions that have been raced, in the database in which that was.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) request: &'a Request,
    pub(crate) database: &'a RaceDatabase,
    pub(crate) outside: Option<&'a Outside>,
    /// Which schedules are run with each.
    pub(crate) bounds: Bounds,
    pub(crate) stop: &'static AtomicBool,
}

/// Whom it is told which change is tried next: its name, its number from 1, and how many there are.
pub(crate) type Tells<'a> = &'a dyn Fn(CureName, usize, usize);

impl Race<'_> {
    /// What can be changed, by the witness of `result`; `None` where nothing is wrong.
    pub fn cures(&self, result: &RaceResult) -> Option<Cures> {
        let witness = result.witness.as_ref()?;
        let judge = self.judge.borrow();
        let catalog = &judge.oracle.normalizer.catalog;
        let columns = |name: &str| {
            let table = Table::find(catalog, name);
            let columns = table.map(|it| it.columns).unwrap_or_default();
            columns.iter().map(|it| it.to_lowercase()).collect()
        };
        let code = Code::of(&witness.history.steps, &columns);
        let trials = Candidates {
            code: &code,
            catalog,
            level: self.session.level,
            may_begin: !self.request.one_instance,
        }
        .trials();
        Some(Cures {
            trials,
            serial: self.serial.clone(),
            has_transaction: code.has_transaction(),
        })
    }
}

impl Cures {
    /// Tries them one after the other, in the database in which a race has been run and is over.
    ///
    /// # Errors
    /// The database does not let itself be put back.
    pub(crate) fn try_all(&self, ground: Ground<'_>, tells: Tells<'_>) -> Result<Vec<TriedCure>> {
        let mut tried = Vec::new();
        for (place, trial) in self.trials.iter().enumerate() {
            tells(trial.name, place + 1, self.trials.len());
            let outcome = match ground.stop.load(Relaxed) {
                true => CureOutcome::Untried {
                    reason: "interrupted".to_owned(),
                },
                false => self.explored(trial, ground)?,
            };
            tried.push(trial.tried(outcome));
        }
        if self.has_transaction {
            let outcome = CureOutcome::There;
            tried.push(Trial::new(CureName::Transaction).tried(outcome));
        }
        tried.sort_by(|one, other| one.cost().cmp(&other.cost()));
        Ok(tried)
    }

    fn explored(&self, trial: &Trial, ground: Ground<'_>) -> Result<CureOutcome> {
        let request = ground.request;
        let mut connection = ground.database.disposable.connect()?;
        ready(&mut connection)?;
        // Whatever came before may have left something.
        put_back(&mut connection)?;
        if let Some((make, _)) = &trial.sql
            && let Err(error) = connection.batch_execute(make)
        {
            return Ok(CureOutcome::Untried {
                reason: error.to_string(),
            });
        }
        let changed = Request {
            edits: Arc::new(trial.edits.clone()),
            retries: trial.retries,
            isolation: trial.isolation.or(request.isolation),
            ..request.clone()
        };
        let outcome = self.raced(Ground {
            request: &changed,
            ..ground
        });
        put_back(&mut connection)?;
        if let Some((_, undo)) = &trial.sql {
            let undone = connection.batch_execute(undo);
            undone.context("a change that was tried could not be undone")?;
        }
        Ok(outcome.unwrap_or_else(|error| CureOutcome::Untried {
            reason: error.to_string(),
        }))
    }

    fn raced(&self, ground: Ground<'_>) -> Result<CureOutcome, RaceError> {
        let race = Race::prepare(ground.request, ground.database, ground.outside)?;
        if race.serial != self.serial {
            return Ok(CureOutcome::Untried {
                reason: "one after the other the sessions do not do the same with it".to_owned(),
            });
        }
        let result = race.run(ground.bounds, true, ground.stop)?;
        let (verdict, reason) = match result.interrupted {
            true => (Verdict::Inconclusive, Some("interrupted".to_owned())),
            false => (result.verdict, result.reason),
        };
        Ok(CureOutcome::Explored(ExploredCure {
            verdict,
            reason,
            schedules: result.schedules,
            broken: result.broken,
            failed: result.failed,
            refused: result.refused,
            waited: result.waited,
            deadlocked: result.deadlocked,
        }))
    }
}
