//! Who waits for whom, as the database itself says: what makes a connection fit for
//! [`crate::explore`].

#[cfg(feature = "mysql")]
mod mysql;
mod postgres;
mod sqlite;

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryResult};

use super::{AnyConnection, Backend};

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
/// the database says which of them wait for each other.
pub trait Explorable: Connection + SimpleConnection + Send + Sized + 'static {
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
        Duration::from_micros(400)
    }

    /// Which of `suspects` wait at this moment. Asked on a connection that is none of them.
    /// Unless it is asked `exactly`, it need not say for whom, where that takes long, and may
    /// take one for waiting who has its lock and has only not noticed: which is nobody who has
    /// just begun to wait.
    ///
    /// # Errors
    /// Whatever the database answers; on MariaDB that its user may not look.
    fn waits(&mut self, suspects: &[Suspect], exactly: bool) -> QueryResult<Vec<Wait>>;
}

impl Explorable for AnyConnection {
    fn kind(&self) -> Backend {
        self.backend()
    }

    fn ready(&mut self) -> QueryResult<bool> {
        match self {
            Self::Sqlite(inner) => inner.ready(),
            Self::Postgres(inner) => inner.ready(),
            #[cfg(feature = "mysql")]
            Self::Mysql(inner) => inner.ready(),
        }
    }

    fn session_id(&mut self) -> QueryResult<i64> {
        match self {
            Self::Sqlite(inner) => inner.session_id(),
            Self::Postgres(inner) => inner.session_id(),
            #[cfg(feature = "mysql")]
            Self::Mysql(inner) => inner.session_id(),
        }
    }

    fn soon(&self) -> Duration {
        match self {
            Self::Sqlite(inner) => inner.soon(),
            Self::Postgres(inner) => inner.soon(),
            #[cfg(feature = "mysql")]
            Self::Mysql(inner) => inner.soon(),
        }
    }

    fn waits(&mut self, suspects: &[Suspect], exactly: bool) -> QueryResult<Vec<Wait>> {
        match self {
            Self::Sqlite(inner) => inner.waits(suspects, exactly),
            Self::Postgres(inner) => inner.waits(suspects, exactly),
            #[cfg(feature = "mysql")]
            Self::Mysql(inner) => inner.waits(suspects, exactly),
        }
    }
}
