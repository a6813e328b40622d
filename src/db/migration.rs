//! Making our tables, and taking them away again.
//!
//! diesel's own harness keeps its record in `__diesel_schema_migrations`. In a database that
//! belongs to an application written with diesel that table is the user's, so the embedded
//! migrations are run from here and recorded in a table of our own.

mod leftovers;

use anyhow::{Context, Result, anyhow};
use diesel::connection::{Connection as _, SimpleConnection};
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::{QueryDsl, QueryResult, QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use self::leftovers::Leftovers;
use super::connection::MultiBackend;
use super::rights::{self, Need};
use super::{AnyConnection, Backend, postgres, writable};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const MYSQL: EmbeddedMigrations = embed_migrations!("migrations/mysql");

diesel::table! {
    /// Which migrations have run here.
    lockbench_migrations (version) {
        /// The stamp in front of the migration's name.
        version -> Text,
    }
}

fn embedded(backend: Backend) -> Result<Vec<Box<dyn Migration<MultiBackend>>>> {
    let source = match backend {
        Backend::Sqlite => SQLITE,
        Backend::Postgres => POSTGRES,
        Backend::Mysql => MYSQL,
    };
    source.migrations().map_err(|error| anyhow!(error))
}

/// The migration that makes the procedure. Only the strategy `procedure` needs it, and in MariaDB
/// a right that not every user has, so that it waits until it is needed.
const PROCEDURE: &str = "20261124100001";

/// Makes our tables where they are missing: all of them, or where that fails none.
///
/// # Errors
/// The server takes no writes, or does not let us, in its own words and with what to grant.
pub fn run(connection: &mut AnyConnection) -> Result<()> {
    apply(connection, Need::Create, |version| version != PROCEDURE)
}

/// Makes the procedure that the strategy `procedure` calls, where it is missing. The tables must
/// have been made.
///
/// # Errors
/// As for [`run`].
pub fn make_procedure(connection: &mut AnyConnection) -> Result<()> {
    apply(connection, Need::Procedure, |version| version == PROCEDURE)
}

fn apply(connection: &mut AnyConnection, need: Need, wanted: impl Fn(&str) -> bool) -> Result<()> {
    writable::demand(connection)?;
    rights::demand(connection, Need::Use)?;
    Leftovers::clear_after_a_kill(connection)?;
    let done = match is_set_up(connection)? {
        true => applied(connection)?,
        false => Vec::new(),
    };
    let mut missing = embedded(connection.backend())?;
    missing.retain(|migration| {
        let version = migration.name().version().to_string();
        wanted(&version) && !done.contains(&version)
    });
    // To make what is there takes a right, and to find it there none.
    if missing.is_empty() {
        return Ok(());
    }
    rights::demand(connection, need)?;
    let made = match connection.backend() {
        // Each statement that makes something commits by itself (MariaDB Knowledge Base, "SQL
        // statements That Cause an Implicit Commit").
        Backend::Mysql => Leftovers::before(connection).and_then(|leftovers| {
            make(connection, &missing)
                .and_then(|()| Leftovers::keep(connection))
                .map_err(|error| leftovers.clear_away(connection, error))
        }),
        Backend::Sqlite | Backend::Postgres => {
            connection.transaction(|connection| make(connection, &missing))
        }
    };
    made.map_err(|error| rights::explain(connection, need, error))
}

fn make(
    connection: &mut AnyConnection,
    missing: &[Box<dyn Migration<MultiBackend>>],
) -> Result<()> {
    make_namespace(connection)?;
    connection
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS lockbench_migrations (version VARCHAR(50) NOT NULL PRIMARY KEY)",
        )
        .context("lockbench could not create its tables")?;
    for migration in missing {
        let version = migration.name().version().to_string();
        migration
            .run(connection)
            .map_err(|error| anyhow!(error))
            .and_then(|()| {
                let record = diesel::insert_into(lockbench_migrations::table).values(
                    diesel::ExpressionMethods::eq(lockbench_migrations::version, &version),
                );
                Ok(record.execute(connection)?)
            })
            .with_context(|| format!("lockbench could not create its tables ({version})"))?;
    }
    Ok(())
}

/// Takes our tables away, and the schema that held them if nothing else is in it.
///
/// # Errors
/// The server takes no writes, or does not let us, in its own words and with what to grant.
pub fn revert(connection: &mut AnyConnection) -> Result<()> {
    writable::demand(connection)?;
    rights::demand(connection, Need::Drop)?;
    undo(connection).map_err(|error| rights::explain(connection, Need::Drop, error))
}

fn undo(connection: &mut AnyConnection) -> Result<()> {
    let backend = connection.backend();
    Leftovers::clear_after_a_kill(connection)?;
    let done = applied(connection)?;
    for migration in embedded(backend)?.iter().rev() {
        if done.contains(&migration.name().version().to_string()) {
            migration
                .revert(connection)
                .map_err(|error| anyhow!(error))
                .context("lockbench could not drop its tables")?;
        }
    }
    connection.batch_execute("DROP TABLE lockbench_migrations")?;
    if backend == Backend::Postgres {
        // Without CASCADE this fails on a schema that holds something else: let that stay.
        let _ = connection.batch_execute(&format!("DROP SCHEMA {}", postgres::SCHEMA));
    }
    Ok(())
}

/// Whether our tables are there.
///
/// # Errors
/// Whatever the database answers.
pub fn is_set_up(connection: &mut AnyConnection) -> QueryResult<bool> {
    let question = match connection.backend() {
        Backend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'lockbench_migrations'"
        }
        Backend::Postgres => {
            "SELECT tablename::text AS name FROM pg_tables \
             WHERE schemaname = 'lockbench' AND tablename = 'lockbench_migrations'"
        }
        Backend::Mysql => {
            "SELECT table_name AS name FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name = 'lockbench_migrations'"
        }
    };
    exists(connection, question)
}

fn applied(connection: &mut AnyConnection) -> Result<Vec<String>> {
    lockbench_migrations::table
        .select(lockbench_migrations::version)
        .load(connection)
        .context("lockbench could not read which of its migrations have run")
}

/// Makes the schema that holds our tables, where there are schemas. Gives whether it is new.
pub(super) fn make_namespace(connection: &mut AnyConnection) -> Result<bool> {
    if connection.backend() != Backend::Postgres {
        return Ok(false);
    }
    // CREATE SCHEMA IF NOT EXISTS asks for the right to create even where the schema exists.
    let question = "SELECT nspname::text AS name FROM pg_namespace WHERE nspname = 'lockbench'";
    if exists(connection, question)? {
        return Ok(false);
    }
    connection
        .batch_execute(&format!("CREATE SCHEMA {}", postgres::SCHEMA))
        .context("lockbench could not create its schema")
        .map(|()| true)
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

fn exists(connection: &mut AnyConnection, question: &str) -> QueryResult<bool> {
    Ok(!names(connection, question)?.is_empty())
}

fn names(connection: &mut AnyConnection, question: &str) -> QueryResult<Vec<String>> {
    let rows: Vec<Name> = sql_query(question).load(connection)?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}
