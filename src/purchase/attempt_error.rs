//! What gets into a purchase's way, and what that means for trying again.

use std::fmt;

use diesel::result::Error;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::db::{self, AnyConnection, RowLock, conflict};

/// What got into an attempt's way. Nothing of it was kept, but for [`AttemptError::Uncertain`].
#[derive(Debug)]
pub enum AttemptError {
    /// Another buyer was in the way: the whole purchase can be tried again.
    Conflict(Conflict),
    /// The connection was lost while the last word was being said: the order was carried out
    /// or was not, and only its key in the ledger tells.
    Uncertain,
    /// The order's key is in the ledger already.
    AlreadyRecorded,
    /// The buyer has tried for long enough.
    GaveUp,
    /// There was not enough of a later item of the basket: the earlier ones are given back.
    SoldOutHalfway,
    /// What was not skipped was too little: the attempt is made again, and waits for the rest.
    CameUpShort,
    /// The world outside the database did not do its part; its words.
    NoEffect(String),
    /// Trying again would not help.
    Failed(Error),
}

/// Why an attempt has to be repeated.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
pub enum Conflict {
    /// Another buyer has changed the row since it was read.
    StaleVersion,
    /// Another buyer had the row locked, so that the read skipped it.
    RowSkipped,
    /// The database refused.
    Database(db::Conflict),
}

/// What a leader tells a member of its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchReply {
    /// How its order ended.
    Ended(Answer),
    /// Another session was in the way of the whole batch: try again.
    Conflict(Conflict),
    /// The connection was lost while the last word was being said.
    Uncertain,
    /// One of the batch cannot be served, and nothing says which: each tries alone.
    Alone,
}

impl BatchReply {
    /// What the members of a batch are told that met this.
    pub(super) fn about(error: &AttemptError) -> Self {
        match error {
            AttemptError::Conflict(conflict) => Self::Conflict(*conflict),
            AttemptError::Uncertain => Self::Uncertain,
            _ => Self::Alone,
        }
    }
}

impl AttemptError {
    /// What an error of this connection's means.
    pub(crate) fn of(connection: &mut AnyConnection) -> impl FnOnce(Error) -> Self {
        |error| match conflict::classify(connection.backend(), &error) {
            Some(conflict) => {
                if conflict == db::Conflict::ConnectionLost {
                    connection.mark_lost();
                }
                Self::Conflict(Conflict::Database(conflict))
            }
            None => Self::Failed(error),
        }
    }

    /// The same once it is known that a read met it, which asked for `lock`.
    pub(super) fn of_read(self, lock: Option<RowLock>) -> Self {
        match self {
            Self::Conflict(Conflict::Database(conflict)) => {
                Self::Conflict(Conflict::Database(conflict.of_read(lock)))
            }
            error => error,
        }
    }

    /// The same for the statement that makes an order count, after which nobody can tell
    /// whether it did if the connection is lost.
    pub(super) fn at_the_last_word(
        connection: &mut AnyConnection,
        answer: Answer,
        error: Error,
    ) -> Self {
        match Self::of(connection)(error) {
            Self::Conflict(Conflict::Database(db::Conflict::ConnectionLost))
                if answer == Answer::Done =>
            {
                Self::Uncertain
            }
            error => error,
        }
    }
}

impl Conflict {
    /// Whether all that is wrong is that somebody else has the row just now.
    pub fn is_in_use(self) -> bool {
        matches!(
            self,
            Self::RowSkipped | Self::Database(db::Conflict::LockNotAvailable | db::Conflict::Busy)
        )
    }

    /// The name that reports count it under.
    pub fn name(self) -> &'static str {
        match self {
            Self::StaleVersion => "stale_version",
            Self::RowSkipped => "row_skipped",
            Self::Database(conflict) => conflict.name(),
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().replace('_', " "))
    }
}
