//! A table of ours that lives no longer than what it was made for.

use std::thread;

use anyhow::{Context, Result, bail};
use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::{Nullable, Text};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::reservation::{NOTICED_AFTER, Reservation, token};
use super::rights::{self, Need};
use super::{AnyConnection, Backend, Database, migration, postgres, writable};

/// Tells a table that a killed lockbench has left from one that is somebody else's.
const MARK: &str = "made by lockbench, which drops it again";

/// A table of ours that lives no longer than this value, which also reserves lockbench's tables.
pub struct Scratch {
    connect: Box<dyn Fn() -> Result<AnyConnection>>,
    connection: AnyConnection,
    reservation: Reservation,
    table: &'static str,
    /// What tells the table from one of the same name that another lockbench has made.
    token: u64,
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
        let reservation = Reservation::take(database)?;
        let mut connection = database.connect()?;
        connection.lift_time_limits()?;
        writable::demand(&mut connection)?;
        rights::demand(&mut connection, Need::Create)?;
        let made_schema = migration::make_namespace(&mut connection)?;
        let mut scratch = Self {
            connect: Box::new(database.connector()),
            connection,
            reservation,
            table,
            token: token(),
            made_schema,
            is_there: false,
        };
        scratch.create(columns)?;
        Ok(scratch)
    }

    fn create(&mut self, columns: &str) -> Result<()> {
        let table = self.table;
        let found = mark(&mut self.connection, table)
            .with_context(|| format!("cannot find out whether there is a table {table}"))?;
        match found {
            Some(mark) if !mark.contains(MARK) => bail!(
                "there is already a table {table}, which lockbench did not create and will not touch: rename it, or use another database"
            ),
            Some(_) => {
                self.drop_table()?;
                // Whoever has left it was killed, or has lost its reservation and is about to
                // notice.
                if self.connection.backend() != Backend::Sqlite {
                    thread::sleep(NOTICED_AFTER);
                }
            }
            None => {}
        }
        let mark = self.mark();
        let create = match self.connection.backend() {
            // SQLite keeps the statement, comment and all.
            Backend::Sqlite => format!("CREATE TABLE {table} ({columns} /* {mark} */)"),
            Backend::Postgres => {
                format!("CREATE TABLE {table} ({columns}); COMMENT ON TABLE {table} IS '{mark}'")
            }
            Backend::Mysql => {
                format!("CREATE TABLE {table} ({columns}) ENGINE = InnoDB COMMENT = '{mark}'")
            }
        };
        self.connection
            .batch_execute(&create)
            .with_context(|| format!("lockbench could not create its table {table}"))
            .map_err(|error| rights::explain(&mut self.connection, Need::Create, error))?;
        self.is_there = true;
        Ok(())
    }

    /// The connection that looks after the table.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    fn mark(&self) -> String {
        format!("{MARK} ({:016x})", self.token)
    }

    /// Makes sure that nobody else was here: what was found in the table is worth nothing then.
    ///
    /// # Errors
    /// Another lockbench was; or the database did not answer.
    pub fn see_that_it_is_ours(&mut self) -> Result<()> {
        let (table, own) = (self.table, self.mark());
        let found = match mark(&mut self.connection, table) {
            Err(_) if self.connection.ping().is_err() => {
                self.connection = (self.connect)()?;
                mark(&mut self.connection, table)
            }
            found => found,
        };
        let found = found
            .with_context(|| format!("cannot find out whether the table {table} is still there"))?;
        if found.is_some_and(|found| found.contains(&own)) {
            return self.reservation.look();
        }
        // Not ours to drop any more.
        self.is_there = false;
        bail!(
            "another lockbench dropped the table {table} in the meantime, so there is no result: run this again when the other one has ended"
        )
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
