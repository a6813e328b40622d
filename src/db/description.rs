//! What a report says of the database it was measured on.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use diesel::sql_types::Text;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};
use serde::Serialize;

use super::session::Found;
use super::{AnyConnection, Backend, Database, Engine};

/// The database of a report: kind, version, name, and the settings that bear on the result.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Description {
    /// The kind of database.
    pub backend: Backend,
    /// The version that the database itself states.
    pub version: String,
    /// Its name, without a password.
    pub url: String,
    /// Durability and isolation settings, as the database states them.
    pub settings: BTreeMap<String, String>,
    /// Settings with which sessions began here and that would have changed the result.
    pub session_settings: Vec<Found>,
}

/// Settings that decide how durable a commit is and what a transaction means.
const POSTGRES_SETTINGS: [&str; 6] = [
    "deadlock_timeout",
    "default_transaction_isolation",
    "fsync",
    "full_page_writes",
    "max_connections",
    "synchronous_commit",
];

/// What MariaDB and MySQL may call a setting, and what it is called in a report.
const MYSQL_SETTINGS: [(&str, &str); 7] = [
    // MySQL before 5.7 and MariaDB before 11.1 have only the older name.
    ("tx_isolation", "transaction_isolation"),
    ("transaction_isolation", "transaction_isolation"),
    (
        "innodb_flush_log_at_trx_commit",
        "innodb_flush_log_at_trx_commit",
    ),
    ("innodb_lock_wait_timeout", "innodb_lock_wait_timeout"),
    (SNAPSHOT_ISOLATION, SNAPSHOT_ISOLATION),
    ("max_connections", "max_connections"),
    ("sync_binlog", "sync_binlog"),
];

const SNAPSHOT_ISOLATION: &str = "innodb_snapshot_isolation";

/// Said of a setting that the server does not know.
const ABSENT: &str = "absent";

const SQLITE_SETTINGS: [&str; 3] = ["busy_timeout", "journal_mode", "synchronous"];

impl Description {
    /// Asks the database about itself.
    ///
    /// # Errors
    /// Whatever the database answers.
    #[doc(hidden)]
    pub fn of(database: &Database, connection: &mut AnyConnection) -> Result<Self> {
        let backend = database.backend();
        let (version, settings) = match backend {
            Backend::Sqlite => sqlite(connection),
            Backend::Postgres => postgres(connection),
            Backend::Mysql => mysql(connection),
        }
        .context("cannot read the database's version and settings")?;
        Ok(Self {
            backend,
            version,
            url: database.shown_url(),
            settings,
            session_settings: database.found_settings(),
        })
    }

    /// What MariaDB says of `innodb_snapshot_isolation`; `None` where there is no such setting.
    pub(crate) fn snapshot_isolation(&self) -> Option<&str> {
        let value = self.settings.get(SNAPSHOT_ISOLATION)?;
        (value != ABSENT).then_some(value)
    }

    /// What promises depend on.
    pub fn engine(&self) -> Engine {
        match self.settings.get(SNAPSHOT_ISOLATION) {
            Some(value) => Engine {
                backend: self.backend,
                snapshot_isolation: value == "ON",
            },
            None => Engine::of(self.backend),
        }
    }
}

type VersionAndSettings = (String, BTreeMap<String, String>);

fn sqlite(connection: &mut AnyConnection) -> QueryResult<VersionAndSettings> {
    let version = ask(connection, "SELECT sqlite_version() AS value")?;
    let mut settings = BTreeMap::new();
    for name in SQLITE_SETTINGS {
        // The table-valued form of a PRAGMA names its one column after the PRAGMA, but for this.
        let column = if name == "busy_timeout" {
            "timeout"
        } else {
            name
        };
        let question = format!("SELECT CAST({column} AS TEXT) AS value FROM pragma_{name}");
        let value = ask(connection, &question)?;
        let value = match (name, value.as_str()) {
            ("synchronous", "0") => "off".to_owned(),
            ("synchronous", "1") => "normal".to_owned(),
            ("synchronous", "2") => "full".to_owned(),
            ("synchronous", "3") => "extra".to_owned(),
            _ => value,
        };
        settings.insert(name.to_owned(), value);
    }
    Ok((version, settings))
}

fn postgres(connection: &mut AnyConnection) -> QueryResult<VersionAndSettings> {
    let version = ask(
        connection,
        "SELECT current_setting('server_version') AS value",
    )?;
    // "15.18 (Debian 15.18-0+deb12u1)" names the package too.
    let version = version.split(' ').next().unwrap_or(&version).to_owned();
    let mut settings = BTreeMap::new();
    for name in POSTGRES_SETTINGS {
        let question = format!("SELECT current_setting('{name}') AS value");
        settings.insert(name.to_owned(), ask(connection, &question)?);
    }
    Ok((version, settings))
}

#[derive(QueryableByName)]
struct Variable {
    #[diesel(sql_type = Text, column_name = "Variable_name")]
    name: String,
    #[diesel(sql_type = Text, column_name = "Value")]
    value: String,
}

fn mysql(connection: &mut AnyConnection) -> QueryResult<VersionAndSettings> {
    let version = ask(connection, "SELECT VERSION() AS value")?;
    let version = match version.split_once("-MariaDB") {
        // "10.11.19-MariaDB-0+deb12u1" names the package too.
        Some((number, _)) => number.to_owned(),
        None => format!("{version} (MySQL)"),
    };
    let names = MYSQL_SETTINGS
        .map(|(name, _)| format!("'{name}'"))
        .join(", ");
    let question = format!("SHOW VARIABLES WHERE Variable_name IN ({names})");
    let variables: Vec<Variable> = sql_query(question).load(connection)?;
    let mut settings = BTreeMap::from([(SNAPSHOT_ISOLATION.to_owned(), ABSENT.to_owned())]);
    for (name, shown) in MYSQL_SETTINGS {
        if let Some(variable) = variables.iter().find(|variable| variable.name == name) {
            settings.insert(shown.to_owned(), variable.value.clone());
        }
    }
    Ok((version, settings))
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    value: String,
}

fn ask(connection: &mut AnyConnection, question: &str) -> QueryResult<String> {
    sql_query(question)
        .get_result::<Answer>(connection)
        .map(|answer| answer.value)
}
