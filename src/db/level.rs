//! The isolation levels that a server really tells apart.

use std::fmt;

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use serde::Serialize;

use super::{AnyConnection, Backend, Description, IsolationLevel};

/// An isolation level, and where it matters the setting that changes what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Level {
    /// The level of the SQL standard.
    pub isolation: IsolationLevel,
    /// Whether `innodb_snapshot_isolation` is turned on for it, where the server has it off.
    pub with_snapshot_isolation: bool,
}

impl Level {
    /// The names of all levels that any server tells apart.
    pub const NAMES: [&'static str; 5] = [
        "read-uncommitted",
        "read-committed",
        "repeatable-read",
        "repeatable-read+snapshot",
        "serializable",
    ];

    /// The levels that the server described tells apart, the weakest first.
    ///
    /// SQLite knows serializable alone (<https://sqlite.org/isolation.html>). PostgreSQL takes
    /// READ UNCOMMITTED for READ COMMITTED (manual, 13.2). MariaDB's REPEATABLE READ comes with
    /// or without `innodb_snapshot_isolation`, which any session may set for itself.
    pub fn all(description: &Description) -> Vec<Self> {
        use IsolationLevel::{ReadCommitted, ReadUncommitted, RepeatableRead, Serializable};
        let level = |isolation| Self {
            isolation,
            with_snapshot_isolation: false,
        };
        match description.backend {
            Backend::Sqlite => vec![level(Serializable)],
            Backend::Postgres => [ReadCommitted, RepeatableRead, Serializable]
                .map(level)
                .to_vec(),
            Backend::Mysql => {
                let mut levels: Vec<Self> = [ReadUncommitted, ReadCommitted, RepeatableRead]
                    .map(level)
                    .to_vec();
                if description.snapshot_isolation() == Some("OFF") {
                    levels.push(Self {
                        isolation: RepeatableRead,
                        with_snapshot_isolation: true,
                    });
                }
                levels.push(level(Serializable));
                levels
            }
        }
    }

    /// What a reader has to know of this server's levels, a sentence each.
    pub fn notes(description: &Description) -> Vec<String> {
        let mut notes = match (description.backend, description.snapshot_isolation()) {
            (Backend::Sqlite, _) => vec![
                "Every SQLite transaction is serializable, whatever level is requested. Here it begins \
                 deferred and does not wait for locks (busy_timeout 0): a statement that \
                 meets one fails as busy."
                    .to_owned(),
            ],
            (Backend::Postgres, _) => {
                vec!["READ UNCOMMITTED is READ COMMITTED in PostgreSQL, and is left out.".to_owned()]
            }
            (Backend::Mysql, Some("OFF")) => vec![
                "innodb_snapshot_isolation is OFF on this server; \
                 repeatable-read+snapshot turns it on for its own sessions."
                    .to_owned(),
            ],
            (Backend::Mysql, Some(value)) => {
                vec![format!(
                    "innodb_snapshot_isolation is {value} on this server."
                )]
            }
            (Backend::Mysql, None) => vec![],
        };
        let found = description.session_settings.iter();
        notes.extend(found.map(|found| format!("{found}.")));
        notes
    }

    /// Readies a session for it.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn ready(self, connection: &mut AnyConnection) -> QueryResult<()> {
        if self.with_snapshot_isolation {
            connection.batch_execute("SET SESSION innodb_snapshot_isolation = ON")?;
        }
        Ok(())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let snapshot = if self.with_snapshot_isolation {
            "+snapshot"
        } else {
            ""
        };
        write!(f, "{}{snapshot}", self.isolation)
    }
}
