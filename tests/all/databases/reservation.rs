//! Nobody else is in the tables: or there is no verdict.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Output;
use std::thread;
use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use lockbench::db::server::{PostgresServer, ServerOptions};
use lockbench::db::{Address, AnyConnection, Backend, Database};
use lockbench::model::load::Load;
use lockbench::run::Shop;
use nix::sys::signal::Signal;

use crate::common;
use crate::common::program::{PATIENCE, Program, SOON, wait_for};

/// Every command that measures or explores in the tables, for longer than it takes to interfere.
const COMMANDS: [&[&str]; 7] = [
    &[
        "run",
        "--strategy=atomic",
        "--no-control",
        "--duration=5s",
        "--stock=1000000",
    ],
    &[
        "compare",
        "--strategies=atomic,pessimistic",
        "--max-time=10s",
    ],
    &["sweep", "--axis=threads=1,2", "--max-time=10s"],
    &["advise"],
    &["check", "--rounds=20"],
    &[
        "explore",
        "--strategy=pessimistic",
        "--sessions=3",
        "--no-pruning",
    ],
    &["anomalies"],
];

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn numbers(connection: &mut AnyConnection, question: &str) -> Vec<i64> {
    let found: Result<Vec<Number>, _> = diesel::sql_query(question).load(connection);
    found
        .unwrap_or_default()
        .iter()
        .map(|found| found.number)
        .collect()
}

fn open(name: &str) -> Database {
    Database::open(&name.parse().unwrap(), &ServerOptions::default()).unwrap()
}

/// A server's database, and how it is looked at from outside lockbench.
struct Place {
    url: String,
    connection: AnyConnection,
}

impl Place {
    fn new(url: &str) -> Self {
        let address: Address = url.parse().unwrap();
        let connection = match address.backend() {
            #[cfg(feature = "mysql")]
            Backend::Mysql => AnyConnection::Mysql(common::mariadb::connect(url)),
            _ => AnyConnection::Postgres(common::postgres(url)),
        };
        Self {
            url: url.to_owned(),
            connection,
        }
    }

    fn all() -> Vec<Self> {
        let mut all = vec![Self::new(&common::postgres_url())];
        #[cfg(feature = "mysql")]
        all.push(Self::new(&common::mariadb::url()));
        all
    }

    fn is_postgres(&self) -> bool {
        self.connection.backend() == Backend::Postgres
    }

    /// The session that has the reservation.
    fn holder(&mut self) -> Option<i64> {
        let question = if self.is_postgres() {
            "SELECT pid::bigint AS number FROM pg_locks WHERE locktype = 'advisory' \
             AND classid = x'6C6F636B'::int AND objid = 0 AND database = \
             (SELECT oid FROM pg_database WHERE datname = current_database())"
        } else {
            "SELECT CAST(IS_USED_LOCK(CONCAT(DATABASE(), '.lockbench.', 0)) AS SIGNED) AS number"
        };
        numbers(&mut self.connection, question).first().copied()
    }

    /// Whether the tables are there, and somebody's.
    fn is_occupied(&mut self) -> bool {
        let schema = match self.is_postgres() {
            true => "'lockbench'",
            false => "DATABASE()",
        };
        let tables = format!(
            "SELECT COUNT(*) AS number FROM information_schema.tables \
             WHERE table_schema = {schema} AND table_name = 'lockbench_occupant'"
        );
        let token = match self.is_postgres() {
            true => "SELECT COUNT(*) AS number FROM lockbench.lockbench_occupant",
            false => "SELECT COUNT(*) AS number FROM lockbench_occupant",
        };
        numbers(&mut self.connection, &tables) == [1] && numbers(&mut self.connection, token)[0] > 0
    }

    fn end(&mut self, session: i64) {
        let statement = if self.is_postgres() {
            format!("SELECT pg_terminate_backend({session})")
        } else {
            format!("KILL {session}")
        };
        // It may have ended by itself.
        let _ = self.connection.batch_execute(&statement);
    }

    /// Ends every session in the database but this one.
    fn end_all(&mut self) {
        let question = if self.is_postgres() {
            "SELECT pid::bigint AS number FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND backend_type = 'client backend'"
        } else {
            "SELECT CAST(id AS SIGNED) AS number FROM information_schema.PROCESSLIST \
             WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        };
        wait_for("the sessions to end", PATIENCE, || {
            let sessions = numbers(&mut self.connection, question);
            for session in &sessions {
                self.end(*session);
            }
            sessions.is_empty()
        });
    }

    /// Starts a command here, and waits until it is well at work.
    fn start(&mut self, command: &[&str]) -> Program {
        let arguments = [command, &["--database", &self.url]].concat();
        let mut program = Program::start_command(&[], &arguments);
        wait_for("the reservation", PATIENCE, || {
            assert!(!program.has_ended(), "{command:?} ended by itself");
            self.holder().is_some()
        });
        // A set-up that is stopped halfway is another story; `anomalies` needs none.
        if command[0] != "anomalies" {
            wait_for("the tables", PATIENCE, || {
                assert!(!program.has_ended(), "{command:?} ended by itself");
                self.is_occupied()
            });
        }
        thread::sleep(Duration::from_millis(400));
        assert!(!program.has_ended(), "{command:?} ended by itself");
        program
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Sees to it that it ended without a verdict, because of another lockbench.
fn assert_no_verdict(command: &[&str], output: &Output) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(3), "{command:?}: {output:?}");
    assert!(said.contains("another lockbench"), "{command:?}: {said}");
    assert!(output.stdout.is_empty(), "{command:?}: {output:?}");
}

/// A lockbench that comes along, and ends before the others go on.
fn visit(command: &[&str], url: &str) {
    let command: &[&str] = match command[0] {
        // Its table is its own.
        "anomalies" => &["anomalies", "--show=P4"],
        _ => &["run", "--strategy=atomic", "--no-control"],
    };
    common::lockbench()
        .args([command, &["--database", url]].concat())
        .assert()
        .success();
}

#[test]
fn a_visit_while_every_session_was_lost_leaves_no_command_a_verdict() {
    for mut place in Place::all() {
        for command in COMMANDS {
            let program = place.start(command);
            // As if it were slow to notice.
            program.signal(Signal::SIGSTOP);
            place.end_all();
            visit(command, &place.url);
            program.signal(Signal::SIGCONT);
            assert_no_verdict(command, &program.end_leaving_nothing(SOON));
        }
    }
}

#[test]
fn a_reservation_that_is_lost_is_taken_again_before_anybody_comes_along() {
    for mut place in Place::all() {
        for command in COMMANDS {
            let program = place.start(command);
            let before = place.holder().unwrap();
            place.end(before);
            wait_for("another session", PATIENCE, || {
                place.holder().is_some_and(|holder| holder != before)
            });
            common::lockbench()
                .args(["run", "--strategy=atomic", "--database", &place.url])
                .assert()
                .code(3)
                .stderr(predicates::str::contains("another lockbench is using"));
            program.signal(Signal::SIGINT);
            let output = program.end_leaving_nothing(SOON);
            assert!(
                !said(&output).contains("another"),
                "{command:?}: {output:?}"
            );
        }
    }
}

#[test]
fn a_server_that_ends_idle_sessions_does_not_end_the_reservation() {
    let options = ServerOptions {
        settings: vec!["fsync=off".to_owned(), "idle_session_timeout=1s".to_owned()],
        ..ServerOptions::default()
    };
    let postgres = PostgresServer::start(&options).unwrap();
    let mut urls = vec![postgres.url()];
    #[cfg(feature = "mysql")]
    let mariadb = common::mariadb::start(&["wait_timeout=1", "interactive-timeout=1"]);
    #[cfg(feature = "mysql")]
    urls.push(mariadb.url());
    for url in urls {
        let mut place = Place::new(&url);
        let program = place.start(COMMANDS[0]);
        thread::sleep(Duration::from_secs(3));
        // The test's own session was idle, too.
        common::lockbench()
            .args(["run", "--strategy=atomic", "--database", &url])
            .assert()
            .code(3)
            .stderr(predicates::str::contains("another lockbench is using"));
        let output = program.end_leaving_nothing(SOON);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

#[test]
fn whoever_loses_the_tables_calls_its_buyers_off_and_tells_the_other() {
    for mut place in Place::all() {
        let command = [
            "run",
            "--strategy=atomic",
            "--no-control",
            "--duration=1h",
            "--stock=1000000000",
        ];
        let program = place.start(&command);
        // What another lockbench would do, without the pause that it makes.
        let schema = if place.is_postgres() {
            "lockbench."
        } else {
            ""
        };
        let sales = format!("SELECT count(*) AS number FROM {schema}lockbench_ledger");
        wait_for("the first sales", PATIENCE, || {
            numbers(&mut place.connection, &sales).first() > Some(&5)
        });
        place
            .connection
            .batch_execute(&format!("UPDATE {schema}lockbench_occupant SET token = 42"))
            .unwrap();
        let output = program.end_leaving_nothing(PATIENCE);
        assert_no_verdict(&command, &output);
        let protests = format!("SELECT protests AS number FROM {schema}lockbench_occupant");
        assert!(numbers(&mut place.connection, &protests)[0] > 0);
    }
}

#[test]
fn whoever_is_told_that_another_was_still_at_work_gives_no_verdict() {
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).unwrap();
        shop.see_that_we_were_alone().unwrap();
        shop.connection()
            .batch_execute("UPDATE lockbench_occupant SET protests = 1")
            .unwrap();
        let refusal = shop.see_that_we_were_alone().unwrap_err().to_string();
        assert!(refusal.contains("still using these tables"), "{refusal}");
        shop.restart(&Load::default()).unwrap_err();
        drop(shop);
        // The next one begins with a clean slate.
        let mut shop = Shop::open(&database).unwrap();
        shop.restart(&Load::default()).unwrap();
    }
}

/// The file that stands for a SQLite database's reservation.
fn lock_of(database: &Path) -> std::path::PathBuf {
    let found = fs::metadata(database).unwrap();
    format!("/tmp/lockbench-{:x}-{:x}.lock", found.dev(), found.ino()).into()
}

#[test]
fn a_file_of_sqlites_is_reserved_under_all_its_names_and_to_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| folder.path().join(name);
    let real = name("real.db");
    let database = open(&format!("sqlite:{}", real.display()));
    let shop = Shop::open(&database).unwrap();
    std::os::unix::fs::symlink(&real, name("symbolic.db")).unwrap();
    fs::hard_link(&real, name("hard.db")).unwrap();
    let refused = |address: &str, command: &[&str]| {
        common::lockbench()
            .current_dir(folder.path())
            // Whatever the other's temporary folder is.
            .env("TMPDIR", folder.path())
            .args([command, &["--database", address]].concat())
            .assert()
            .code(3)
            .stderr(predicates::str::contains("another lockbench is using"));
    };
    for address in [
        "sqlite:real.db",
        "sqlite:./real.db",
        "sqlite:symbolic.db",
        "sqlite:hard.db",
    ] {
        refused(address, COMMANDS[0]);
    }
    for command in COMMANDS {
        refused("sqlite:hard.db", command);
    }
    for command in [&["explain", "naive"], &["db", "reset"], &["db", "drop"]] {
        refused("sqlite:symbolic.db", command);
    }
    drop(shop);
    assert!(!lock_of(&real).exists());
    visit(
        COMMANDS[0],
        &format!("sqlite:{}", name("hard.db").display()),
    );
}

#[test]
fn a_visit_that_no_lock_could_prevent_is_found_out_by_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real.db");
    let address = format!("sqlite:{}", real.display());
    let database = open(&address);
    let mut shop = Shop::open(&database).unwrap();
    shop.restart(&Load::default()).unwrap();
    // As for a lockbench in another container, with a /tmp of its own.
    fs::remove_file(lock_of(&real)).unwrap();
    visit(COMMANDS[0], &address);
    let refusal = shop.see_that_we_were_alone().unwrap_err().to_string();
    assert!(refusal.contains("another lockbench emptied"), "{refusal}");
    shop.restart(&Load::default()).unwrap_err();
}

#[test]
fn a_reset_is_a_visit_as_well() {
    for mut place in Place::all() {
        let program = place.start(COMMANDS[0]);
        program.signal(Signal::SIGSTOP);
        place.end_all();
        for action in ["reset", "drop"] {
            common::lockbench()
                .args(["db", action, "--database", &place.url])
                .assert()
                .success();
        }
        program.signal(Signal::SIGCONT);
        let output = program.end_leaving_nothing(PATIENCE);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
    }
}
