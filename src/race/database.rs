//! The database that a race is run in: made, and filled.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use diesel::connection::SimpleConnection;

use super::caller::Caller;
use super::environment::Environment;
use super::interceptor::{Interceptor, Rules};
use super::program::last_words;
use super::request::for_people;
use crate::db::Address;
use crate::db::disposable::{Disposable, MakeError};
use crate::db::server::client_program;
use crate::wire::{Protocol, Proxy};

/// The database that a race is run in. Dropping it removes it.
#[derive(Debug)]
pub struct RaceDatabase {
    pub(super) disposable: Disposable,
}

/// What fills the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// A command for the shell.
    Command(String),
    /// SQL, and where it is from.
    Sql(String, String),
    /// What `pg_dump` has written, in any of its formats, or `mariadb-dump`.
    Dump(PathBuf),
}

impl SetUp {
    /// Understands what a user names: a file that ends in `.sql`, or a command for the shell.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of(text: &str) -> Result<Self> {
        let path = Path::new(text);
        if path.extension().is_none_or(|extension| extension != "sql") || text.contains(' ') {
            return Ok(Self::Command(text.to_owned()));
        }
        let sql = fs::read_to_string(path).with_context(|| format!("cannot read {text}"))?;
        Ok(Self::Sql(text.to_owned(), sql))
    }

    /// A dump in that file or folder.
    ///
    /// # Errors
    /// There is none.
    pub fn dump(path: &Path) -> Result<Self> {
        fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self::Dump(path.to_owned()))
    }
}

impl RaceDatabase {
    /// Makes it: an empty database of a private server, or a copy of the one at `address`.
    ///
    /// # Errors
    /// The server cannot be started or reached, or refuses.
    pub fn make(address: &Address, connections: u32) -> Result<Self, MakeError> {
        let disposable = Disposable::make(address, connections)?;
        Ok(Self { disposable })
    }

    /// Has it removed also when we are killed: by `program`, which does
    /// [`keep`](crate::db::disposable::keep) when it is given `argument`.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn remove_whatever_happens(&mut self, program: &Path, argument: &str) -> Result<()> {
        self.disposable.drop_whatever_happens(program, argument)
    }

    /// Fills it.
    ///
    /// # Errors
    /// What is to fill it fails, in its own words.
    pub fn set_up(&self, set_up: &SetUp, environment: &Environment) -> Result<()> {
        match set_up {
            SetUp::Sql(name, sql) => self
                .disposable
                .connect()?
                .batch_execute(sql)
                .with_context(|| format!("{name} failed")),
            SetUp::Command(command) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", command]);
                let failed = format!("the set-up `{}` failed", for_people(command));
                self.run(shell, environment, &failed)
            }
            SetUp::Dump(path) => {
                let failed = format!("{} was not restored", path.display());
                if self
                    .disposable
                    .restore(path)
                    .with_context(|| failed.clone())?
                {
                    return Ok(());
                }
                self.run(restoring(path)?, environment, &failed)
            }
        }
    }

    /// Runs a command that fills the database; `failed` is what is said where it does not.
    fn run(&self, mut command: Command, environment: &Environment, failed: &str) -> Result<()> {
        // Only to have a port: a private server listens at a socket alone.
        let interceptor = Arc::new(Interceptor::new(Rules::default()));
        let upstream = environment.upstream(self.disposable.clients());
        let protocol = match self.disposable.end_session() {
            Some(end_session) => Protocol::Mysql(end_session),
            None => Protocol::Postgres(Vec::new()),
        };
        let proxy = Proxy::speaking(protocol, upstream, interceptor)
            .context("cannot open a port on this machine")?;
        command.stdin(Stdio::null()).process_group(0);
        for name in Environment::HIDDEN {
            command.env_remove(name);
        }
        let clients = self.disposable.clients();
        command.envs(environment.variables(clients, proxy.port(), Caller::SetUp));
        // What it prints would get in front of the report.
        let done = command.stdout(Stdio::null()).output();
        let program = command.get_program().to_string_lossy();
        let done = done.with_context(|| format!("cannot start {program}"))?;
        if done.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&done.stderr);
        let said = last_words(&said).unwrap_or("it said nothing");
        bail!("{failed} ({}): {said}", done.status)
    }
}

/// The command that fills a database with a dump. Who owned what elsewhere does not matter here,
/// and the owners need not exist.
fn restoring(dump: &Path) -> Result<Command> {
    let mut start = Vec::new();
    if dump.is_file() {
        File::open(dump)?.take(5).read_to_end(&mut start)?;
    }
    // A custom dump, a folder, or a tar archive, whose first member is the table of contents.
    if dump.is_dir() || start == b"PGDMP" || start == b"toc.d" {
        let mut command = Command::new(client_program("pg_restore")?);
        command.args(["--exit-on-error", "--no-owner", "--no-privileges"]);
        // Unlike psql it writes SQL to its output where no database is named.
        command.arg("--dbname=");
        command.arg(dump);
        return Ok(command);
    }
    let mut command = Command::new(client_program("psql")?);
    command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file"]);
    command.arg(dump);
    Ok(command)
}
