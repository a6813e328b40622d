//! Which database to use, who named it, and whether lockbench may make its tables there.

mod opening;

use std::io::Write as _;

use anyhow::anyhow;
use clap::Args;

pub(super) use self::opening::{
    for_proofs, open, open_as_it_is, open_for, open_for_deadlocks, open_throwaway, open_to_look,
};
use super::failure::Failure;
use crate::db::address::{AddressError, redact};
use crate::db::server::ServerOptions;
use crate::db::session::Kept;
use crate::db::{Address, Backend, Database};

/// The variable that names a database where the command line does not.
const VARIABLE: &str = "DATABASE_URL";

/// Which database to use
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(super) struct DatabaseArguments {
    /// sqlite[:PATH], postgres, mariadb or a URL [default: $DATABASE_URL, or else sqlite]
    ///
    /// `sqlite` is a private temporary file, `sqlite:PATH` a file that is kept, `postgres` or
    /// `mariadb` a private throwaway server; `postgres://…`, `mysql://…` or `mariadb://…` is an
    /// existing server. In a database named only by DATABASE_URL, lockbench creates its tables only
    /// with --yes.
    #[arg(short, long, value_name = "DATABASE", help_heading = None::<&'static str>)]
    database: Option<String>,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    sessions: SessionArguments,
}

/// Which databases to use, one after the other
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(super) struct DatabasesArguments {
    /// Database to check on, as for `run`; repeatable [default: $DATABASE_URL, or else sqlite]
    #[arg(short, long = "database", value_name = "DATABASE", help_heading = None::<&'static str>)]
    databases: Vec<String>,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    sessions: SessionArguments,
}

#[derive(Clone, Copy, Debug, Args)]
struct Consent {
    /// Let lockbench create its tables in a database named only by DATABASE_URL
    #[arg(long, help_heading = "Database", hide_short_help = true)]
    yes: bool,
}

#[derive(Clone, Debug, Args)]
struct SessionArguments {
    /// Leave this setting of the buyers' sessions as the server has it, instead of setting it to
    /// the value that lockbench needs, as in `lock_timeout`; repeatable
    #[arg(
        long = "keep-session-setting",
        value_name = "NAME",
        help_heading = "Database",
        hide_short_help = true
    )]
    keep: Vec<String>,
}

impl SessionArguments {
    /// The arguments that say the same again, each with a space in front.
    fn again(&self) -> String {
        let names = self.keep.iter();
        names
            .map(|name| format!(" --keep-session-setting {name}"))
            .collect()
    }
}

/// Who named a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    CommandLine,
    Environment,
    Nobody,
}

/// A database that has been named, and not been touched yet.
pub(super) struct Target {
    pub(super) address: Address,
    shown: String,
    origin: Origin,
    yes: bool,
    kept: Kept,
}

impl DatabaseArguments {
    /// The name as it may be shown: without a password.
    pub(super) fn shown(&self) -> String {
        redact(&self.named().0)
    }

    /// Understands the name, without touching the database.
    pub(super) fn target(&self) -> Result<Target, Failure> {
        let (name, origin) = self.named();
        Target::new(&name, origin, self.consent, &self.sessions)
    }

    /// The arguments that have sessions keep the same settings again.
    pub(super) fn sessions_again(&self) -> String {
        self.sessions.again()
    }

    fn named(&self) -> (String, Origin) {
        match &self.database {
            Some(name) => (name.clone(), Origin::CommandLine),
            None => from_the_environment(),
        }
    }
}

impl DatabasesArguments {
    /// The arguments that have sessions keep the same settings again.
    pub(super) fn sessions_again(&self) -> String {
        self.sessions.again()
    }

    /// Understands the names, without touching a database.
    pub(super) fn targets(&self) -> Result<Vec<Target>, Failure> {
        if self.databases.is_empty() {
            let (name, origin) = from_the_environment();
            return Target::new(&name, origin, self.consent, &self.sessions)
                .map(|target| vec![target]);
        }
        self.databases
            .iter()
            .map(|name| Target::new(name, Origin::CommandLine, self.consent, &self.sessions))
            .collect()
    }
}

/// The name where the command line has none.
fn from_the_environment() -> (String, Origin) {
    match std::env::var(VARIABLE) {
        Ok(name) if !name.is_empty() => (name, Origin::Environment),
        _ => ("sqlite".to_owned(), Origin::Nobody),
    }
}

impl Target {
    fn new(
        name: &str,
        origin: Origin,
        consent: Consent,
        sessions: &SessionArguments,
    ) -> Result<Self, Failure> {
        let address: Address = name.parse().map_err(|error: AddressError| {
            let source = match origin {
                Origin::Environment => VARIABLE,
                Origin::CommandLine | Origin::Nobody => "--database",
            };
            Failure::usage(anyhow::Error::new(error).context(format!("invalid {source}")))
        })?;
        Ok(Self {
            kept: Kept::new(address.backend(), &sessions.keep).map_err(Failure::usage)?,
            address,
            shown: redact(name),
            origin,
            yes: consent.yes,
        })
    }

    /// The kind of database.
    pub(super) fn backend(&self) -> Backend {
        self.address.backend()
    }

    /// The name as it may be shown: without a password.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Says which database it is where nobody has typed its name. On the standard error: a report
    /// may be read by a program.
    pub(super) fn announce(&self) {
        if self.origin == Origin::Environment {
            let what = if self.address.is_private() {
                " (private, and removed at the end)"
            } else {
                ""
            };
            let _ = writeln!(
                anstream::stderr(),
                "database: {}{what}, from {VARIABLE}",
                self.shown
            );
        }
    }

    /// Whether lockbench has to be allowed to make its tables there.
    fn asks(&self) -> bool {
        self.origin == Origin::Environment && !self.yes && !self.address.is_private()
    }

    /// A file that is not there, or empty, holds no tables, and to open it would change it.
    fn is_blank_file(&self) -> bool {
        match &self.address {
            Address::SqliteFile(file) => std::fs::metadata(file.path())
                .map_or(true, |file| file.is_file() && file.len() == 0),
            _ => false,
        }
    }

    fn refusal(&self) -> Failure {
        Failure::usage(anyhow!(
            "{VARIABLE} names {}, where lockbench has no tables yet: add --yes to create them there, or name another database with --database",
            self.shown
        ))
    }

    /// Refuses an address that may only be read.
    pub(super) fn refuse_read_only(&self) -> Result<(), Failure> {
        if self.address.is_read_only() {
            return Err(Failure::usage(anyhow!(
                "{} is read-only, but this command writes to lockbench's own tables; only `lockbench db status` does not",
                self.shown
            )));
        }
        Ok(())
    }

    fn open(&self, options: &ServerOptions) -> Result<Database, Failure> {
        self.announce();
        Database::open_keeping(&self.address, options, self.kept.clone())
            .map_err(Failure::unreachable)
    }
}
