//! What a migration that failed halfway has left, where no transaction takes it back.

use anyhow::{Context, Result, ensure};
use diesel::QueryResult;
use diesel::connection::SimpleConnection;

use super::{applied, exists, is_set_up, names};
use crate::db::{AnyConnection, Backend};

const TABLES: &str = "SELECT table_name AS name FROM information_schema.tables \
     WHERE table_schema = DATABASE() AND LEFT(table_name, 10) = 'lockbench_'";

const PROCEDURES: &str = "SELECT routine_name AS name FROM information_schema.routines \
     WHERE routine_schema = DATABASE() AND routine_type = 'PROCEDURE' \
     AND LEFT(routine_name, 10) = 'lockbench_'";

/// What was there before, written down until the migrations are done: whoever comes after a
/// lockbench that was killed in between tells by it what that one had made.
const RECORD: &str = "lockbench_before";

/// What was there before: that is not touched, whoever made it.
pub(super) struct Leftovers {
    tables: Vec<String>,
    procedures: Vec<String>,
    versions: Vec<String>,
}

impl Leftovers {
    /// Looks at what is there, and writes it down.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub(super) fn before(connection: &mut AnyConnection) -> Result<Self> {
        let before =
            Self::look(connection).context("the database did not say which tables it has")?;
        let mut kinds = vec![
            format!("SELECT 'table' AS kind, name FROM ({TABLES}) AS t"),
            format!("SELECT 'procedure' AS kind, name FROM ({PROCEDURES}) AS p"),
        ];
        if is_set_up(connection)? {
            kinds.push("SELECT 'version' AS kind, version FROM lockbench_migrations".to_owned());
        }
        let record = format!(
            "CREATE TABLE {RECORD} (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY) ENGINE = InnoDB {}",
            kinds.join(" UNION ALL ")
        );
        connection
            .batch_execute(&record)
            .context("lockbench could not create its tables")?;
        Ok(before)
    }

    /// Ends what [`before`](Self::before) began: from now on it all counts as there.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub(super) fn keep(connection: &mut AnyConnection) -> Result<()> {
        Ok(connection.batch_execute(&format!("DROP TABLE IF EXISTS {RECORD}"))?)
    }

    /// Removes what a lockbench has left that was killed while it made its tables, where they are
    /// not made in one transaction.
    ///
    /// # Errors
    /// Whatever the database answers, or something cannot be removed.
    pub(super) fn clear_after_a_kill(connection: &mut AnyConnection) -> Result<()> {
        let record = format!("SELECT name FROM ({TABLES}) AS t WHERE name = '{RECORD}'");
        if connection.backend() != Backend::Mysql || !exists(connection, &record)? {
            return Ok(());
        }
        let now = Self::look(connection)?;
        let mut of_kind = |kind| {
            names(
                connection,
                &format!("SELECT name FROM {RECORD} WHERE kind = '{kind}'"),
            )
        };
        let mut before = Self {
            tables: of_kind("table")?,
            procedures: of_kind("procedure")?,
            versions: of_kind("version")?,
        };
        // It goes last: whoever is killed here leaves it to the next.
        before.tables.push(RECORD.to_owned());
        let left = before.remove(connection, &now);
        ensure!(
            left.is_empty(),
            "a lockbench was killed while it made its tables, and what it has left cannot be removed: drop {} yourself",
            left.join(", ")
        );
        Self::keep(connection)
    }

    fn look(connection: &mut AnyConnection) -> Result<Self> {
        Ok(Self {
            tables: names(connection, TABLES)?,
            procedures: names(connection, PROCEDURES)?,
            versions: match is_set_up(connection)? {
                true => applied(connection)?,
                false => Vec::new(),
            },
        })
    }

    /// Removes what has come since, after `error`; what cannot be removed is named beside it.
    pub(super) fn clear_away(
        &self,
        connection: &mut AnyConnection,
        error: anyhow::Error,
    ) -> anyhow::Error {
        match Self::look(connection) {
            Ok(now) => {
                let left = self.remove(connection, &now);
                if left.is_empty() {
                    return error;
                }
                error.context(format!(
                    "lockbench may not remove again what it had made: drop {} yourself",
                    left.join(", ")
                ))
            }
            Err(_) => error,
        }
    }

    fn remove(&self, connection: &mut AnyConnection, now: &Self) -> Vec<String> {
        let mut left = Vec::new();
        let mut drop = |connection: &mut AnyConnection, statement: String, name: &String| {
            let dropped: QueryResult<()> = connection.batch_execute(&statement);
            if dropped.is_err() {
                left.push(name.clone());
            }
        };
        for name in since(&self.procedures, &now.procedures) {
            drop(connection, format!("DROP PROCEDURE `{name}`"), name);
        }
        for name in since(&self.tables, &now.tables) {
            drop(connection, format!("DROP TABLE `{name}`"), name);
        }
        if self
            .tables
            .iter()
            .any(|name| name == "lockbench_migrations")
        {
            for version in since(&self.versions, &now.versions) {
                let forget =
                    format!("DELETE FROM lockbench_migrations WHERE version = '{version}'");
                let _ = connection.batch_execute(&forget);
            }
        }
        left
    }
}

fn since<'a>(before: &'a [String], now: &'a [String]) -> impl Iterator<Item = &'a String> {
    now.iter().filter(|name| !before.contains(name))
}
