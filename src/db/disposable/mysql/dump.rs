//! A database as a dump: taken from a user's server, and given to our own.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use diesel::sql_types::Text;
use diesel::{MysqlConnection, QueryableByName, RunQueryDsl, sql_query};

use super::super::error::MakeError;
use super::connect;
use crate::db::address::ServerAddress;
use crate::db::server::mariadb_client;

/// Settings of a server that decide what statements do, and that a server can be started with.
/// Which of them it has depends on its version.
const SETTINGS: [&str; 12] = [
    "sql_mode",
    "tx_isolation",
    "transaction_isolation",
    "character_set_server",
    "collation_server",
    "lower_case_table_names",
    "innodb_snapshot_isolation",
    "innodb_rollback_on_timeout",
    "innodb_autoinc_lock_mode",
    "explicit_defaults_for_timestamp",
    "autocommit",
    "default_storage_engine",
];

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    value: String,
}

/// A user's database.
pub(super) struct Original {
    url: String,
    /// How a client program is told to connect.
    arguments: Vec<String>,
    password: String,
    database: String,
}

impl Original {
    pub(super) fn new(address: &ServerAddress) -> Result<Self, MakeError> {
        let setting = |name: &str| address.setting(name);
        let database = setting("dbname").unwrap_or_default().to_owned();
        if setting("host").is_some_and(|host| host.contains(',')) {
            return Err(MakeError::Unsuitable(
                "race needs the address of one server, not of several".to_owned(),
            ));
        }
        let mut arguments = Vec::new();
        for (name, option) in [
            ("user", "user"),
            ("host", "host"),
            ("port", "port"),
            ("unix_socket", "socket"),
        ] {
            if let Some(value) = setting(name) {
                arguments.push(format!("--{option}={value}"));
            }
        }
        Ok(Self {
            url: address.text().to_owned(),
            arguments,
            password: setting("password").unwrap_or_default().to_owned(),
            database,
        })
    }

    /// The name of the database.
    pub(super) fn database(&self) -> &str {
        &self.database
    }

    /// Whether it is on MariaDB, and how a server is to be started that is like its own.
    ///
    /// # Errors
    /// The server's own words.
    pub(super) fn settings(&self) -> Result<(bool, Vec<String>)> {
        let mut connection = connect(&self.url)?;
        let is_mariadb = version(&mut connection)?.contains("MariaDB");
        let names: Vec<String> = SETTINGS.iter().map(|name| format!("'{name}'")).collect();
        let table = match is_mariadb {
            true => "information_schema.GLOBAL_VARIABLES",
            false => "performance_schema.global_variables",
        };
        let found: Vec<Setting> = sql_query(format!(
            "SELECT LOWER(VARIABLE_NAME) AS name, CAST(VARIABLE_VALUE AS CHAR) AS value \
             FROM {table} WHERE LOWER(VARIABLE_NAME) IN ({})",
            names.join(", ")
        ))
        .load(&mut connection)?;
        let settings = found
            .into_iter()
            .map(|setting| match setting.name.as_str() {
                // As an option it has the newer name everywhere.
                "tx_isolation" => format!("transaction_isolation={}", setting.value),
                name => format!("{name}={}", setting.value),
            });
        Ok((is_mariadb, settings.collect()))
    }

    /// Copies it to the server at `socket`, as it is at one moment.
    ///
    /// # Errors
    /// What the programs say.
    pub(super) fn copy_to(&self, socket: &Path, database: &str) -> Result<()> {
        let mut dump = Command::new(mariadb_client(["mariadb-dump", "mysqldump"])?);
        dump.arg("--no-defaults").args(&self.arguments).args([
            "--single-transaction",
            "--skip-lock-tables",
            "--routines",
            "--triggers",
            "--hex-blob",
            "--default-character-set=utf8mb4",
        ]);
        dump.arg("--").arg(&self.database);
        dump.env("MYSQL_PWD", &self.password);
        let mut dumping = dump
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start mariadb-dump")?;
        let rows = dumping
            .stdout
            .take()
            .context("mariadb-dump writes nothing")?;
        let filled = fill(Stdio::from(rows), socket, database);
        let mut said = String::new();
        if let Some(mut errors) = dumping.stderr.take() {
            errors.read_to_string(&mut said)?;
        }
        let status = dumping.wait()?;
        if !status.success() {
            bail!("mariadb-dump failed ({status}): {}", last_line(&said));
        }
        filled
    }
}

/// Fills a database with a dump in a file.
///
/// # Errors
/// What the client says.
pub(super) fn restore(path: &Path, socket: &Path, database: &str) -> Result<()> {
    fill(Stdio::from(File::open(path)?), socket, database)
}

fn fill(from: Stdio, socket: &Path, database: &str) -> Result<()> {
    let client: PathBuf = mariadb_client(["mariadb", "mysql"])?;
    let done = Command::new(client)
        .args([
            "--no-defaults",
            "--user=root",
            "--default-character-set=utf8mb4",
        ])
        .arg(format!("--socket={}", socket.display()))
        .arg(format!("--database={database}"))
        .stdin(from)
        .stdout(Stdio::null())
        .output()
        .context("cannot start the mariadb client")?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        bail!(
            "the mariadb client failed ({}): {}",
            done.status,
            last_line(&said)
        );
    }
    Ok(())
}

fn last_line(said: &str) -> &str {
    let mut lines = said.lines().rev();
    lines
        .find(|line| !line.trim().is_empty())
        .unwrap_or("it said nothing")
}

/// The server's version, as it words it itself.
///
/// # Errors
/// Whatever it answers.
pub(super) fn version(connection: &mut MysqlConnection) -> Result<String> {
    let question = "SELECT 'version' AS name, CAST(VERSION() AS CHAR) AS value";
    let found: Setting = sql_query(question).get_result(connection)?;
    Ok(found.value)
}
