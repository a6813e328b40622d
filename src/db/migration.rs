//! Making our tables, and taking them away again.
//!
//! diesel's own harness keeps its record in `__diesel_schema_migrations`. In a database that
//! belongs to an application written with diesel that table is the user's, so the embedded
//! migrations are run from here and recorded in a table of our own.

use anyhow::{Context, Result, anyhow};
use diesel::connection::{Connection as _, SimpleConnection};
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::{QueryDsl, QueryResult, QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::connection::MultiBackend;
use super::{AnyConnection, Backend, postgres};

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

/// Makes our tables where they are missing.
///
/// # Errors
/// The database does not let us, in its own words.
pub fn run(connection: &mut AnyConnection) -> Result<()> {
    let backend = connection.backend();
    make_namespace(connection)?;
    connection
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS lockbench_migrations (version VARCHAR(50) NOT NULL PRIMARY KEY)",
        )
        .context("lockbench may not create its tables in this database")?;
    let done = applied(connection)?;
    for migration in embedded(backend)? {
        let version = migration.name().version().to_string();
        if done.contains(&version) {
            continue;
        }
        connection
            .transaction(|connection| {
                migration.run(connection).map_err(|error| anyhow!(error))?;
                diesel::insert_into(lockbench_migrations::table)
                    .values(diesel::ExpressionMethods::eq(
                        lockbench_migrations::version,
                        &version,
                    ))
                    .execute(connection)?;
                Ok::<_, anyhow::Error>(())
            })
            .with_context(|| format!("lockbench could not make its tables ({version})"))?;
    }
    Ok(())
}

/// Takes our tables away, and the schema that held them if nothing else is in it.
///
/// # Errors
/// The database does not let us, in its own words.
pub fn revert(connection: &mut AnyConnection) -> Result<()> {
    let backend = connection.backend();
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
        .context(
            "lockbench may not create its schema; let it with `GRANT CREATE ON DATABASE …`, \
             or make it: `CREATE SCHEMA lockbench AUTHORIZATION …`",
        )
        .map(|()| true)
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    #[allow(dead_code)]
    name: String,
}

fn exists(connection: &mut AnyConnection, question: &str) -> QueryResult<bool> {
    let rows: Vec<Name> = sql_query(question).load(connection)?;
    Ok(!rows.is_empty())
}
