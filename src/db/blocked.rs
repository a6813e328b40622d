//! Who waits for whom, as the database itself says: what makes a connection fit for
//! [`crate::explore`].
//!
//! PostgreSQL and MariaDB are asked over any connection of diesel's that speaks to them, and with
//! nothing but SQL: a program that explores its own code links the client libraries that its own
//! diesel links, and no others.

#[cfg(feature = "cli")]
mod any;
mod mysql;
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::time::Duration;

use diesel::{Connection, QueryResult};

use super::Backend;

/// A session that has not come back from a statement yet, and may be waiting for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The database's number for the session.
    pub id: i64,
    /// The statement, with its values in the places of the parameters.
    pub statement: String,
}

/// A session that waits for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The database's number for the session that waits.
    pub waiter: i64,
    /// The sessions it waits for; `None` where the database does not say.
    pub holders: Option<Vec<i64>>,
}

/// A connection whose sessions can be held up and let go one statement at a time, because
/// the database says which of them wait for each other: any diesel connection that is
/// [`Watchable`].
pub trait Explorable:
    Connection + Watchable<<Self as Connection>::Backend> + Send + Sized + 'static
{
}

impl<C> Explorable for C where C: Connection + Watchable<C::Backend> + Send + 'static {}

/// What differs between the databases. Which database it is, is a parameter, so that every
/// connection to one is watchable, and not only those of diesel's own.
#[diagnostic::on_unimplemented(
    message = "lockbench cannot explore code on `{Self}`",
    note = "`SqliteConnection` needs lockbench's feature `sqlite`"
)]
pub trait Watchable<DB> {
    /// The kind of database at the other end.
    fn kind(&self) -> Backend;

    /// Readies the session: deadlocks are to be looked for at once, where its user may ask for
    /// that, and SQLite is not to wait. Gives whether a deadlock's victim is always the session
    /// that closed the circle.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn ready(&mut self) -> QueryResult<bool>;

    /// The database's number for this session; 0 where nothing ever waits.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn session_id(&mut self) -> QueryResult<i64>;

    /// How long to wait for a session to come back before it is worth asking whether it waits.
    /// It decides nothing, and is longer where asking is dear.
    fn soon(&self) -> Duration {
        Duration::from_micros(200)
    }

    /// Gives back whatever the session holds that others can see, before its connection is
    /// closed: the server itself does that only some time after the connection is gone.
    ///
    /// # Errors
    /// Whatever the database answers; then whoever must be sure waits until the session is gone.
    fn release(&mut self) -> QueryResult<()>;

    /// Whether the session with that number is still there. Asked on another connection.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn is_alive(&mut self, id: i64) -> QueryResult<bool>;

    /// How long a statement of this session waits for another session's lock before it gives up:
    /// the shortest of the limits that it is under. `None`: there is none.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn waits_at_most(&mut self) -> QueryResult<Option<Duration>>;

    /// The same where the statement itself sets the limit; [`Duration::MAX`] where it lifts it.
    fn gives_up_after(&self, _statement: &str) -> Option<Duration> {
        None
    }

    /// Rolls back what the session has left open, which is believed to be there or not. Gives
    /// whether there was anything.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn roll_back(&mut self, believed_open: bool) -> QueryResult<bool>;

    /// The server's version, as it words it itself.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn version(&mut self) -> QueryResult<String>;

    /// Which of `suspects` wait at this moment. Asked on a connection that is none of them.
    /// Unless it is asked `exactly`, it need not say for whom, where that takes long, and may
    /// take one for waiting who has its lock and has only not noticed: which is nobody who has
    /// just begun to wait.
    ///
    /// # Errors
    /// Whatever the database answers; on MariaDB that its user may not look.
    fn waits(&mut self, suspects: &[Suspect], exactly: bool) -> QueryResult<Vec<Wait>>;

    /// Readies the tables of the current schemas for that, for as long as this connection lasts: a
    /// session can be stopped before each row that it writes. Gives whether there is a way to.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn make_gates(&mut self) -> QueryResult<bool> {
        Ok(false)
    }

    /// Those of these tables that are not ready for it any more, since somebody has made them anew.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn without_gates(&mut self) -> QueryResult<Vec<String>> {
        Ok(Vec::new())
    }

    /// Takes back what the former has done.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn remove_gates(&mut self) -> QueryResult<()> {
        Ok(())
    }

    /// Has the session with that number wait for this one before each row that it writes, where the
    /// database has been readied for that.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn close_gate(&mut self, _id: i64) -> QueryResult<()> {
        Ok(())
    }

    /// Lets it write the row before which it waits; `passed` is what this gave before the row before.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn pass_gate(&mut self, _id: i64, _passed: Option<i64>) -> QueryResult<Option<i64>> {
        Ok(None)
    }

    /// Has it wait no more.
    ///
    /// # Errors
    /// Whatever the database answers.
    fn open_gate(&mut self, _id: i64) -> QueryResult<()> {
        Ok(())
    }
}
