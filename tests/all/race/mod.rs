//! `lockbench race`: real, unmodified clients, and what they do to each other.

mod bounds;
mod clients;
mod corpus;
mod cure;
mod formats;
mod http;
mod inside;
mod leftovers;
#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "mysql")]
mod mariadb_databases;
#[cfg(feature = "mysql")]
mod mariadb_inside;
mod oracle;
mod outside;
mod pruning;
mod psycopg2;
mod quiet;
mod same_as_explore;
#[cfg(feature = "mysql")]
mod same_as_explore_mariadb;
mod schedules;
mod stories;
mod wrong_use;
mod your_stack;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use diesel::connection::SimpleConnection;
use serde_json::Value;

use crate::common;

/// How to get what is missing.
const MISSING: &str = "run tests/run: it installs the clients, and Python, Node.js (20.19 or newer), Ruby, Java or Elixir";

/// How Java finds the database.
const JDBC_URL: &str =
    "JDBC_URL=jdbc:postgresql://{host}:{port}/{database}?user={user}&password={password}";

/// The folder of the programs.
pub(crate) fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/race/programs")
}

/// Where tests/run has installed the clients.
pub(crate) fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/race-clients")
}

/// Python itself: what is on the PATH may be a script that looks for it each time.
pub(crate) static PYTHON: LazyLock<String> = LazyLock::new(|| {
    let asked = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output();
    let asked = asked.unwrap_or_else(|error| panic!("python3: {error}\n{MISSING}"));
    String::from_utf8_lossy(&asked.stdout).trim().to_owned()
});

/// What a race came to.
#[derive(Debug)]
struct Raced {
    exit: Option<i32>,
    /// Its JSON; null where there is none.
    result: Value,
    said: String,
}

impl Raced {
    /// Schedules, and how many of them are not right.
    fn counts(&self) -> (u64, u64) {
        let count = |name: &str| self.result[name].as_u64();
        let counts = count("schedules").zip(count("unsafe"));
        counts.unwrap_or_else(|| panic!("{self:#?}\n{MISSING}"))
    }

    /// So many schedules, and every one of them right.
    fn assert_right(&self, schedules: u64) {
        assert_eq!(self.counts(), (schedules, 0), "{self:#?}");
        assert_eq!(self.exit, Some(0), "{self:#?}");
    }

    /// No verdict, since a session went on after it had told its end.
    fn assert_went_on(&self) {
        assert_eq!(self.exit, Some(4), "{self:#?}");
        // Whether it is noticed by its doings or by what they leave is a matter of moments.
        let reason = self.result["reason"].to_string() + &self.said;
        let noticed = ["after it had told its end", "do not leave the same"];
        assert!(
            noticed.iter().any(|words| reason.contains(words)),
            "{self:#?}"
        );
    }
}

/// A database with the shop in it, on the server of the tests.
fn shop() -> String {
    filled("shop.sql")
}

/// A database on the server of the tests that a file of the programs' has filled.
fn filled(file: &str) -> String {
    let url = common::postgres_url();
    let sql = std::fs::read_to_string(programs().join(file)).expect("the file");
    common::postgres(&url).batch_execute(&sql).expect("tables");
    url
}

/// Races the command on a copy of the database.
fn race(database: &str, arguments: &[&str], command: &[&str]) -> Raced {
    let folders = ["node", "prisma"].map(|one| clients().join(one).join("node_modules"));
    let node_path = std::env::join_paths(folders).expect("no colon in a path");
    let folders = ["python", "mysqlclient"].map(|one| clients().join(one));
    let modules = std::env::join_paths(folders.into_iter().chain([programs()]));
    let mut lockbench = common::lockbench();
    lockbench
        .args(["--quiet", "race", "--json", "--database", database])
        .args(arguments)
        .current_dir(programs())
        .env("PYTHONPATH", modules.expect("no colon in a path"))
        .env("NODE_PATH", node_path)
        .args(["--env", JDBC_URL]);
    if !command.is_empty() {
        lockbench.arg("--").args(command);
    }
    let output = lockbench.output().expect("the program");
    Raced {
        exit: output.status.code(),
        result: serde_json::from_slice(&output.stdout).unwrap_or_default(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The same with a program in any of the languages, as a worker that stays.
fn race_worker(database: &str, arguments: &[&str], program: &str, how: &str) -> Raced {
    let arguments = [&["--worker"], arguments].concat();
    let (_, extension) = program.rsplit_once('.').expect("a language");
    let jdbc = JDBC.as_str();
    let runs: &[&str] = match extension {
        "js" => &["node"],
        // The system's packages are for the system's own Ruby.
        "rb" if Path::new("/usr/bin/ruby").exists() => &["/usr/bin/ruby"],
        "rb" => &["ruby"],
        // It starts faster when it does not prepare for a long life.
        "java" => &[
            "java",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            jdbc,
        ],
        "exs" => &["elixir"],
        _ => &[PYTHON.as_str()],
    };
    let command = [runs, &[program, how, "worker"]].concat();
    race(database, &arguments, &command)
}

/// JDBC's driver for PostgreSQL, where Debian has it, or Fedora.
static JDBC: LazyLock<String> = LazyLock::new(|| {
    let places = ["postgresql.jar", "postgresql-jdbc/postgresql.jar"];
    let java = Path::new("/usr/share/java");
    let found = places
        .map(|place| java.join(place))
        .into_iter()
        .find(|it| it.exists());
    found.unwrap_or_default().display().to_string()
});

/// A race of workers that each do what a piece of Python says, in a transaction of its own:
/// `execute` sends SQL, and gives the first column of the first row.
fn race_sql(database: &str, arguments: &[&str], sessions: &[&str]) -> Raced {
    let python = PYTHON.as_str();
    let commands: Vec<String> = sessions
        .iter()
        .map(|code| format!("exec {python} steps.py {} worker", shell_quoted(code)))
        .collect();
    let mut all = [&["--worker"], arguments].concat();
    for command in &commands {
        all.extend(["--session", command.as_str()]);
    }
    race(database, &all, &[])
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Whether a process other than lockbench, which is told to serve it, has this in its command line.
fn runs(what: &str) -> bool {
    let listed = Command::new("ps").args(["-Awwo", "args="]).output();
    let listed = listed.expect("ps, which tests/run installs").stdout;
    let listed = String::from_utf8_lossy(&listed);
    listed
        .lines()
        .any(|line| line.contains(what) && !line.contains("--serve"))
}
