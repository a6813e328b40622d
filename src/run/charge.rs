//! Having the tables to ourselves: from the day they are taken to the audit.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use diesel::r2d2::R2D2Connection;

use super::Shop;
use crate::db::reservation::{NOTICED_AFTER, Reservation};
use crate::db::{AnyConnection, Backend, Database, Endurance, migration};
use crate::hammer::OrderOutcomes;
use crate::run::audit::Books;
use crate::run::durability::Lasting;
use crate::tables::occupant::{Before, Intrusion, Occupant};

/// How long a server may take to come back.
const COMING_BACK: Duration = Duration::from_secs(5);

/// How often to look whether the buyers are to be called off.
const SHORTLY: Duration = Duration::from_millis(20);

impl<'a> Shop<'a> {
    /// Takes the tables of `database` for ourselves, making them where they are missing.
    ///
    /// # Errors
    /// Another lockbench has them, or the database does not let us make them.
    pub fn open(database: &'a Database) -> Result<Self> {
        let reservation = Reservation::take(database)?;
        let mut connection = connect(database)?;
        migration::run(&mut connection)?;
        let occupant = Occupant::new();
        let before = occupant
            .move_in(&mut connection)
            .context("lockbench could not mark its tables as in use")?;
        reservation.watch(Box::new(occupant));
        // Most often it was killed. But its reservation may have been lost without its knowing,
        // and its buyers be at work: they are called off as soon as it notices.
        if before == Before::Somebody && database.backend() != Backend::Sqlite {
            thread::sleep(NOTICED_AFTER);
        }
        Ok(Self {
            database,
            connection,
            reservation,
            occupant,
            pool: None,
            opened: None,
        })
    }

    /// Does something with the tables that can be done twice. Our session may have been lost
    /// with those of the buyers, and is then made anew.
    pub(super) fn look_after<T>(
        &mut self,
        work: impl Fn(&mut AnyConnection) -> Result<T>,
    ) -> Result<T> {
        match work(&mut self.connection) {
            Err(_) if self.connection.ping().is_err() => {}
            outcome => return outcome,
        }
        let deadline = Instant::now() + COMING_BACK;
        loop {
            match connect(self.database) {
                Ok(connection) => {
                    self.connection = connection;
                    return work(&mut self.connection);
                }
                Err(error) if Instant::now() > deadline => return Err(error),
                Err(_) => thread::sleep(COMING_BACK / 20),
            }
        }
    }

    /// Makes sure that nobody else was in the tables since they were taken: whatever was found
    /// in them is worth nothing then.
    ///
    /// # Errors
    /// Another lockbench was, or the database does not answer.
    #[doc(hidden)]
    pub fn see_that_we_were_alone(&mut self) -> Result<()> {
        let occupant = self.occupant;
        self.look_after(|connection| occupant.see_that_it_was_alone(connection))?;
        self.reservation.look()
    }

    /// Reads what the tables say, and makes sure that it is the doing of our own buyers.
    pub(super) fn books(&mut self, items: i64, told: &OrderOutcomes) -> Result<(Books, Lasting)> {
        let read = self.look_after(|connection| {
            let books = Books::read(connection, items, told)?;
            Ok((books, Endurance::of(connection)))
        });
        let (books, now) = read?;
        self.see_that_we_were_alone()?;
        let lasting = Lasting::between(self.opened.as_ref(), &now);
        Ok((books, lasting))
    }

    /// What became of some work; where somebody else's visit or the loss of commits may be behind
    /// its failure, says so.
    pub(crate) fn or_what_is_behind<T>(&mut self, outcome: Result<T>) -> Result<T> {
        let error = match outcome {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if self.connection.ping().is_err() {
            match connect(self.database) {
                Ok(connection) => self.connection = connection,
                Err(_) => return Err(error),
            }
        }
        let error = match self.occupant.see_that_it_was_alone(&mut self.connection) {
            Err(visit) if visit.is::<Intrusion>() => visit,
            _ => error,
        };
        let now = Endurance::of(&mut self.connection);
        // The set-up itself, or our mark in the tables, may be among what was lost.
        Err(
            match Lasting::between(self.opened.as_ref(), &now).excuse() {
                Some(excuse) => error.context(format!(
                    "{excuse}: what the run began with may be gone, so there is no verdict"
                )),
                None => error,
            },
        )
    }

    /// Has the buyers at work until they are done, `stop` is set, or another lockbench has got
    /// the tables: then they do harm there, and nothing that they do counts.
    pub(super) fn while_ours<T>(
        &self,
        stop: &AtomicBool,
        work: impl FnOnce(&AtomicBool) -> T,
    ) -> T {
        let reservation = &self.reservation;
        let (call_off, done) = (AtomicBool::new(false), AtomicBool::new(false));
        thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                while !done.load(Relaxed) {
                    if stop.load(Relaxed) || reservation.is_lost() {
                        call_off.store(true, Relaxed);
                    }
                    thread::park_timeout(SHORTLY);
                }
            });
            // Also when `work` panics: the scope waits for the watcher.
            let _relieved = Relieved(&done, watcher.thread().clone());
            work(&call_off)
        })
    }
}

impl Drop for Shop<'_> {
    fn drop(&mut self) {
        // Whoever comes next then need not wait for us.
        let _ = self.occupant.move_out(&mut self.connection);
    }
}

/// Relieves the watcher when it is dropped.
struct Relieved<'a>(&'a AtomicBool, thread::Thread);

impl Drop for Relieved<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
        self.1.unpark();
    }
}

/// Opens the session that looks after the tables.
fn connect(database: &Database) -> Result<AnyConnection> {
    let mut connection = database.connect()?;
    connection.lift_time_limits()?;
    Ok(connection)
}
