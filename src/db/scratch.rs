//! A table of ours that lives no longer than what it was made for.

use anyhow::{Context, Result, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::reservation::Reservation;
use super::{AnyConnection, Backend, Database, migration, postgres};

/// Tells a table that a killed lockbench has left from one that is somebody else's.
const MARK: &str = "made by lockbench, which drops it again";

/// A table of ours that lives no longer than this value, which also reserves lockbench's tables.
pub struct Scratch {
    connection: AnyConnection,
    _reservation: Reservation,
    table: &'static str,
    /// Whether the schema was made for it.
    made_schema: bool,
    is_there: bool,
}

#[derive(QueryableByName)]
struct Mark {
    #[diesel(sql_type = Nullable<Text>)]
    mark: Option<String>,
}

impl Scratch {
    /// Makes `table`, in our own namespace, with these `columns`.
    ///
    /// # Errors
    /// The database does not let us; another lockbench is at work; or a table of that name is
    /// there and is not ours.
    pub fn make(database: &Database, table: &'static str, columns: &str) -> Result<Self> {
        let mut connection = database.connect()?;
        connection.lift_time_limits()?;
        let reservation = Reservation::take(database, &mut connection)?;
        let made_schema = migration::make_namespace(&mut connection)?;
        let mut scratch = Self {
            connection,
            _reservation: reservation,
            table,
            made_schema,
            is_there: false,
        };
        scratch.create(columns)?;
        Ok(scratch)
    }

    fn create(&mut self, columns: &str) -> Result<()> {
        let table = self.table;
        let found = mark(&mut self.connection, table)
            .with_context(|| format!("cannot tell whether there is a table {table}"))?;
        match found {
            Some(mark) if !mark.contains(MARK) => bail!(
                "there is a table {table}, and lockbench has not made it: it is not touched, and in the way"
            ),
            Some(_) => self.drop_table()?,
            None => {}
        }
        let create = match self.connection.backend() {
            // SQLite keeps the statement, comment and all.
            Backend::Sqlite => format!("CREATE TABLE {table} ({columns} /* {MARK} */)"),
            Backend::Postgres => {
                format!("CREATE TABLE {table} ({columns}); COMMENT ON TABLE {table} IS '{MARK}'")
            }
            Backend::Mysql => {
                format!("CREATE TABLE {table} ({columns}) ENGINE = InnoDB COMMENT = '{MARK}'")
            }
        };
        self.connection
            .batch_execute(&create)
            .with_context(|| format!("lockbench may not make its table {table}"))?;
        self.is_there = true;
        Ok(())
    }

    /// The connection that looks after the table.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    /// Drops the table, and the schema that was made for it if nothing else is in it.
    ///
    /// # Errors
    /// The database does not let us: a session that never came back holds a lock on it, say.
    pub fn remove(mut self) -> Result<()> {
        self.clear_away()
    }

    fn clear_away(&mut self) -> Result<()> {
        if std::mem::take(&mut self.is_there) {
            self.drop_table()?;
        }
        if std::mem::take(&mut self.made_schema) {
            // Without CASCADE this fails on a schema that holds something else: let that stay.
            let _ = self
                .connection
                .batch_execute(&format!("DROP SCHEMA {}", postgres::SCHEMA));
        }
        Ok(())
    }

    fn drop_table(&mut self) -> Result<()> {
        let table = self.table;
        bound_waiting(&mut self.connection)
            .and_then(|()| {
                self.connection
                    .batch_execute(&format!("DROP TABLE {table}"))
            })
            .with_context(|| {
                format!("lockbench could not drop its table {table}; drop it yourself")
            })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whoever wants to know calls `remove`.
        let _ = self.clear_away();
    }
}

/// Waits no longer than 5 s for whoever uses the table.
fn bound_waiting(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection.backend() {
        // Its connections come with such a bound.
        Backend::Sqlite => Ok(()),
        Backend::Postgres => connection.batch_execute("SET lock_timeout = '5s'"),
        Backend::Mysql => connection.batch_execute("SET lock_wait_timeout = 5"),
    }
}

/// What is written on the table of that name; `None` where there is none.
fn mark(connection: &mut AnyConnection, table: &str) -> QueryResult<Option<String>> {
    let question = match connection.backend() {
        Backend::Sqlite => {
            format!("SELECT sql AS mark FROM sqlite_master WHERE name = '{table}'")
        }
        Backend::Postgres => format!(
            "SELECT obj_description(c.oid, 'pg_class') AS mark \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = '{}' AND c.relname = '{table}'",
            postgres::SCHEMA
        ),
        Backend::Mysql => format!(
            "SELECT CAST(table_comment AS CHAR) AS mark FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name = '{table}'"
        ),
    };
    let found: Option<Mark> = sql_query(question).get_result(connection).optional()?;
    Ok(found.map(|found| found.mark.unwrap_or_default()))
}
