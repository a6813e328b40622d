//! How a buyer comes by a connection: its own for the whole run, or one from a pool that is
//! too small for all.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use diesel::r2d2::R2D2Connection;

use crate::db::pool::Loan;
use crate::db::{AnyConnection, Pool};
use crate::model::load::Load;

/// How long to wait for a connection before looking whether the pool has any at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// The connections of all buyers, taken before the start.
pub(super) struct Connections<'a> {
    pool: &'a Pool,
    /// One for each buyer, where there are enough.
    kept: Vec<Mutex<Option<Loan>>>,
}

impl<'a> Connections<'a> {
    /// Takes one connection for each buyer; none when the pool is smaller than their number.
    pub(super) fn for_each_buyer(pool: &'a Pool, load: &Load) -> Result<Self> {
        let enough = load.pool >= load.threads;
        let kept = (0..if enough { load.threads } else { 0 })
            .map(|_| pool.get().map(|loan| Mutex::new(Some(loan))))
            .collect::<Result<_, _>>()
            .context("the pool gave no connection")?;
        Ok(Self { pool, kept })
    }

    /// The connection of one buyer.
    pub(super) fn of(&self, buyer: usize) -> OneConnection<'a> {
        let kept = self.kept.get(buyer);
        OneConnection {
            pool: self.pool,
            loan: kept.and_then(|own| own.lock().unwrap_or_else(PoisonError::into_inner).take()),
            keep: kept.is_some(),
        }
    }
}

/// A buyer's connection, or its place in the queue for one.
pub(super) struct OneConnection<'a> {
    pool: &'a Pool,
    loan: Option<Loan>,
    keep: bool,
}

impl OneConnection<'_> {
    /// Borrows a connection, adding to `waited` the time until one was free.
    ///
    /// # Errors
    /// The pool has no connection and can make none: the database is gone.
    pub(super) fn borrow(&mut self, waited: &mut Duration) -> Result<&mut AnyConnection> {
        if self.loan.as_mut().is_some_and(|loan| loan.is_broken()) {
            self.loan = None;
        }
        let loan = match self.loan.take() {
            Some(loan) => loan,
            None => {
                let asked = Instant::now();
                let loan = wait(self.pool);
                *waited += asked.elapsed();
                loan?
            }
        };
        Ok(self.loan.insert(loan))
    }

    /// Whether the connection is the buyer's own for the whole run.
    pub(super) fn is_kept(&self) -> bool {
        self.keep
    }

    /// The connection, if the buyer has one just now.
    pub(super) fn borrowed(&mut self) -> Option<&mut AnyConnection> {
        self.loan.as_deref_mut()
    }

    /// Lets others have the connection, unless it is the buyer's own.
    pub(super) fn give_back(&mut self) {
        if !self.keep {
            self.loan = None;
        }
    }
}

/// Waits for as long as other buyers hold the connections.
fn wait(pool: &Pool) -> Result<Loan> {
    loop {
        match pool.get_timeout(PATIENCE) {
            Ok(loan) => return Ok(loan),
            Err(_) if pool.state().connections > 0 => {}
            Err(error) => return Err(error).context("the database is gone"),
        }
    }
}
