//! What a server sets for its sessions changes nothing of what is measured, and is named.

use diesel::connection::SimpleConnection;
use lockbench::db::server::ServerOptions;
use lockbench::db::session::{Done, Found, Kept, Setting};
use lockbench::db::{Address, Backend, Database, Pool, pool};
use lockbench::hammer::Progress;
use lockbench::model::load::Load;
use lockbench::model::strategy::Strategy;
use lockbench::model::verdict::Verdict;
use lockbench::run::result::RunResult;
use lockbench::run::{Request, Shop};
use predicates::prelude::*;
use predicates::str::contains;

use crate::common;

/// A value of each setting that does harm; `None`: the servers at hand do not have it.
const HARMFUL: &[(&str, Option<&str>)] = &[
    ("default_transaction_isolation", Some("serializable")),
    ("default_transaction_read_only", Some("on")),
    ("default_transaction_deferrable", Some("on")),
    ("row_security", None),
    ("session_replication_role", Some("replica")),
    ("statement_timeout", Some("100")),
    ("lock_timeout", Some("1")),
    ("idle_in_transaction_session_timeout", Some("5")),
    ("idle_session_timeout", Some("300")),
    ("transaction_timeout", None),
    ("exit_on_error", Some("on")),
    ("standard_conforming_strings", Some("off")),
    ("transform_null_equals", Some("on")),
    ("autocommit", Some("OFF")),
    ("completion_type", Some("CHAIN")),
    ("sql_select_limit", Some("1")),
    ("sql_safe_updates", Some("ON")),
    ("max_join_size", Some("1")),
    ("sql_big_selects", Some("OFF")),
    ("tx_isolation", Some("SERIALIZABLE")),
    ("transaction_isolation", None),
    ("tx_read_only", Some("ON")),
    ("transaction_read_only", None),
    ("sql_mode", Some("ORACLE")),
    ("max_statement_time", Some("0.1")),
    ("max_execution_time", None),
    ("innodb_lock_wait_timeout", Some("1")),
    ("lock_wait_timeout", Some("1")),
    ("wait_timeout", Some("1")),
    ("idle_transaction_timeout", Some("1")),
    ("idle_readonly_transaction_timeout", Some("1")),
    ("idle_write_transaction_timeout", Some("1")),
    ("unique_checks", Some("OFF")),
    ("query_only", Some("1")),
    ("read_uncommitted", Some("1")),
    ("locking_mode", Some("exclusive")),
    ("reverse_unordered_selects", Some("1")),
    ("ignore_check_constraints", Some("1")),
    ("recursive_triggers", Some("1")),
];

/// The value that does harm, where the server at hand has the setting.
fn harmful(setting: &Setting) -> Option<&'static str> {
    let row = HARMFUL.iter().find(|(name, _)| *name == setting.name);
    let (_, value) = row.unwrap_or_else(|| panic!("{} has no harmful value here", setting.name));
    *value
}

/// Sold out by buyers who wait for each other.
fn load() -> Load {
    Load {
        threads: 4,
        pool: 4,
        stock: 10,
        orders: Some(20),
        hold: std::time::Duration::from_millis(60),
        ..Load::default()
    }
}

/// A database whose sessions begin with `name` at `value`.
struct Harmed {
    address: Address,
    options: ServerOptions,
    #[cfg(feature = "mysql")]
    server: Option<lockbench::db::server::MariadbServer>,
}

impl Harmed {
    fn with(backend: Backend, settings: &[(&str, &str)]) -> Self {
        match backend {
            Backend::Sqlite => {
                let pragmas = settings
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"));
                Self::at(
                    Address::PrivateSqlite,
                    ServerOptions {
                        settings: pragmas.collect(),
                        ..ServerOptions::default()
                    },
                )
            }
            Backend::Postgres => {
                let url = common::postgres_url();
                let place = url.rsplit('/').next().expect("a name");
                // One session for all: the next would begin with them.
                let mut administrator = common::postgres(&url);
                for (name, value) in settings {
                    let alter = format!("ALTER DATABASE {place} SET {name} = '{value}'");
                    administrator.batch_execute(&alter).expect("a superuser");
                }
                Self::at(url.parse().expect("a URL"), ServerOptions::default())
            }
            Backend::Mysql => Self::mariadb(settings),
        }
    }

    #[cfg(feature = "mysql")]
    fn mariadb(settings: &[(&str, &str)]) -> Self {
        let server = common::mariadb::start(&[]);
        let mut administrator = common::mariadb::connect(&server.url());
        for (name, value) in settings {
            set_globally(&mut administrator, name, value);
        }
        Self {
            server: Some(server),
            ..Self::at(Address::PrivateSqlite, ServerOptions::default())
        }
        .moved()
    }

    #[cfg(feature = "mysql")]
    fn moved(self) -> Self {
        let url = self.server.as_ref().expect("a server").url();
        Self {
            address: url.parse().expect("a URL"),
            ..self
        }
    }

    #[cfg(not(feature = "mysql"))]
    fn mariadb(_: &[(&str, &str)]) -> Self {
        panic!("this build has no MariaDB: ask for common::backends()")
    }

    /// The same with this setting alone. A server of ours is kept, which takes long to start.
    fn only(self, backend: Backend, name: &str, value: &str) -> Self {
        #[cfg(feature = "mysql")]
        if let Some(server) = &self.server {
            let mut administrator = common::mariadb::connect(&server.url());
            for setting in Setting::all(backend) {
                // What this server does not have is refused.
                let _ =
                    administrator.batch_execute(&format!("SET GLOBAL {} = DEFAULT", setting.name));
            }
            set_globally(&mut administrator, name, value);
            return self;
        }
        drop(self);
        Self::with(backend, &[(name, value)])
    }

    fn at(address: Address, options: ServerOptions) -> Self {
        Self {
            address,
            options,
            #[cfg(feature = "mysql")]
            server: None,
        }
    }

    fn open(&self, kept: &[&str]) -> Database {
        let names: Vec<String> = kept.iter().map(ToString::to_string).collect();
        let kept = Kept::new(self.address.backend(), &names).expect("settings that there are");
        Database::open_keeping(&self.address, &self.options, kept).expect("a database")
    }
}

#[cfg(feature = "mysql")]
fn set_globally(administrator: &mut diesel::MysqlConnection, name: &str, value: &str) {
    let value = match value.parse::<f64>() {
        Ok(_) => value.to_owned(),
        Err(_) => format!("'{value}'"),
    };
    administrator
        .batch_execute(&format!("SET GLOBAL {name} = {value}"))
        .expect("the server's root");
}

/// What sessions found, by name, and what became of it.
fn found(result: &RunResult) -> Vec<(&str, Done)> {
    let found = result.database.session_settings.iter();
    found.map(|found| (found.name, found.done)).collect()
}

fn assert_sold_out(result: &RunResult, what: &str) {
    assert_eq!(result.verdict, Verdict::Safe, "{what}: {result:#?}");
    assert_eq!(result.outcomes.sold, 10, "{what}: {result:#?}");
    assert_eq!(result.outcomes.failed, 0, "{what}: {result:#?}");
    assert!(result.conflicts.is_empty(), "{what}: {result:#?}");
}

#[test]
fn every_setting_that_would_change_a_result_is_set_and_named() {
    for backend in common::backends() {
        let mut harmed = Harmed::with(backend, &[]);
        for setting in Setting::all(backend) {
            let Some(value) = harmful(setting) else {
                continue;
            };
            let what = format!("{backend}, {} = {value}", setting.name);
            harmed = harmed.only(backend, setting.name, value);
            let database = harmed.open(&[]);
            let mut shop =
                Shop::open(&database).unwrap_or_else(|error| panic!("{what}: {error:#}"));
            let result = common::run(&mut shop, Strategy::Pessimistic, &load());
            assert_sold_out(&result, &what);
            let found = found(&result);
            assert!(
                found.contains(&(setting.name, Done::Set)),
                "{what}: {found:?}"
            );
            // MariaDB's DEFAULT of `max_join_size` turns `sql_big_selects` off.
            let others = found.iter().filter(|(name, _)| *name != "sql_big_selects");
            assert!(
                others.count() <= 1 || setting.name == "sql_big_selects",
                "{what}: {found:?}"
            );
        }
    }
}

#[test]
fn a_server_at_its_defaults_has_nothing_to_set() {
    for backend in common::backends() {
        let database = Harmed::with(backend, &[]).open_and_keep_alive();
        assert_eq!(
            database.0.found_settings(),
            Vec::<Found>::new(),
            "{backend}"
        );
    }
}

impl Harmed {
    /// Together with the server, which goes with the value.
    fn open_and_keep_alive(self) -> (Database, Self) {
        (self.open(&[]), self)
    }
}

/// All of them at once, in every session that lockbench opens: those of other processes, and
/// those that come after one was lost.
#[test]
fn servers_and_explorations_set_them_too() {
    for backend in common::backends() {
        if backend == Backend::Sqlite {
            continue;
        }
        let all: Vec<(&str, &str)> = Setting::all(backend)
            .filter_map(|setting| Some((setting.name, harmful(setting)?)))
            .map(|(name, value)| match name {
                // On a busy machine one of the many sessions here is idle for longer before it has
                // said its first word, or works longer for the answer to it.
                "idle_session_timeout" | "statement_timeout" => (name, "10000"),
                "max_statement_time" => (name, "10"),
                _ => (name, value),
            })
            .collect();
        let harmed = Harmed::with(backend, &all);
        let url = harmed.address.text();
        let run = [
            "run",
            "--strategy",
            "pessimistic",
            "--servers",
            "2",
            "--orders",
            "40",
        ];
        common::lockbench()
            .args(run)
            .args(["--stock", "20", "--no-control", "--database", &url])
            .assert()
            .success()
            .stdout(contains("20 in stock, 20 sold").and(contains("lockbench set it to")));
        common::lockbench()
            .args(["explore", "--strategy", "atomic", "--database", &url])
            .assert()
            .success()
            .stdout(contains("lockbench set it to"));
        for also in ["markdown", "json"] {
            common::lockbench()
                .args([
                    "anomalies",
                    "--show",
                    "G1a",
                    "--format",
                    also,
                    "--database",
                    &url,
                ])
                .assert()
                .success()
                .stdout(contains("_isolation was").or(contains("session_settings")));
        }
    }
}

#[test]
fn a_setting_that_is_kept_reaches_the_buyers_and_is_named() {
    let harmed = Harmed::with(Backend::Postgres, &[("lock_timeout", "1")]);
    let database = harmed.open(&["lock_timeout"]);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let impatient = Load {
        max_attempts: 10_000,
        ..load()
    };
    let result = common::run(&mut shop, Strategy::Pessimistic, &impatient);
    assert_eq!(found(&result), [("lock_timeout", Done::Kept)]);
    assert!(result.conflicts.contains_key("lock_timeout"), "{result:#?}");
    assert_eq!(result.verdict, Verdict::Safe, "{result:#?}");
}

#[test]
fn an_unknown_setting_lists_the_known_ones() {
    common::lockbench()
        .args([
            "run",
            "--strategy",
            "atomic",
            "--keep-session-setting",
            "lock_timeout",
        ])
        .assert()
        .code(2)
        .stderr(contains(
            "lockbench sets no `lock_timeout` on SQLite; it sets query_only",
        ));
}

/// What lockbench may not set is named with what it does.
#[test]
fn a_setting_that_may_not_be_set_is_named_with_its_harm() {
    let url = common::postgres_url();
    let place = url.rsplit('/').next().expect("a name");
    common::postgres(&url)
        .batch_execute(&format!(
            "CREATE ROLE bound LOGIN; GRANT CREATE ON DATABASE {place} TO bound; \
             ALTER DATABASE {place} SET session_replication_role = 'replica'"
        ))
        .expect("a superuser");
    let as_bound = url.replace("//lockbench@", "//bound@");
    common::lockbench()
        .args([
            "run",
            "--strategy",
            "atomic",
            "--no-control",
            "--database",
            &as_bound,
        ])
        .assert()
        .success()
        .stdout(contains(
            "session_replication_role is replica here, and lockbench may not set it",
        ));
}

/// A database with an open shop whose own session is spoilt with `sql`, and what it says of a run.
fn spoilt(database: &Database, sql: &str) -> String {
    let mut shop = Shop::open(database).expect("a shop of the test's own");
    shop.connection().batch_execute(sql).expect("a statement");
    let never = std::sync::atomic::AtomicBool::new(false);
    let several = Load { items: 3, ..load() };
    let request = Request::new(Strategy::Atomic, several);
    let outcome = shop.run(&request, &never, &Progress::default());
    format!(
        "{:#}",
        outcome.expect_err("a run that cannot be audited as a whole")
    )
}

#[cfg(feature = "mysql")]
#[test]
fn an_audit_that_does_not_see_every_item_gives_no_verdict() {
    let database = common::database(Backend::Mysql);
    let said = spoilt(&database, "SET sql_select_limit = 1");
    assert!(
        said.contains("there is no verdict: 1 of 3 items are there"),
        "{said}"
    );
}

/// The ledger's place is taken by a view that hides its first rows from whoever looks first.
#[test]
fn an_audit_that_does_not_see_every_sale_gives_no_verdict() {
    let database = common::database(Backend::Postgres);
    drop(Shop::open(&database).expect("tables of the test's own"));
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let plan = Strategy::Atomic.plan();
    let load = load();
    shop.restart_in(plan.layout, &load).expect("a full shop");
    let lent: Pool = pool::open(&database, 4).expect("connections");
    let never = std::sync::atomic::AtomicBool::new(false);
    let job = lockbench::hammer::Job::new(plan, &load);
    let measured = lockbench::hammer::hammer(&lent, job, &never, &Progress::default());
    let told = measured.expect("ten sales").record.told;
    shop.connection()
        .batch_execute(
            "ALTER TABLE lockbench_ledger RENAME TO whole; CREATE SEQUENCE looks; \
             CREATE VIEW lockbench_ledger AS SELECT * FROM whole WHERE nextval('looks') > 3",
        )
        .expect("a view in place of the ledger");
    let read = lockbench::run::audit::Books::read(shop.connection(), load.items, &told);
    let said = format!("{:#}", read.expect_err("seven of ten sales"));
    assert!(
        said.contains(
            "the ledger has 10 rows that add up to -10 units, and 7 of -7 units were read"
        ),
        "{said}"
    );
}

/// A private server at PostgreSQL's own second, and a user who may not change that.
#[test]
fn a_check_looks_for_deadlocks_soon_or_says_how_long_it_will_take() {
    let server = lockbench::db::server::PostgresServer::start(&ServerOptions::default())
        .expect("a private server");
    let check = [
        "check",
        "--strategies",
        "share-then-upgrade",
        "--rounds=1",
        "--stock=1",
        "--orders=2",
        "--threads=2",
        "--no-proof",
    ];
    common::lockbench()
        .args(check)
        .args(["--database", &server.url()])
        .assert()
        .stdout(contains(
            "deadlock_timeout was 1s here; lockbench set it to 20ms",
        ))
        .stderr(contains("deadlock_timeout").not());
    common::postgres(&server.url())
        .batch_execute("CREATE ROLE bound LOGIN; GRANT CREATE ON DATABASE postgres TO bound")
        .expect("a superuser");
    common::lockbench()
        .args(["db", "drop", "--database", &server.url()])
        .assert()
        .success();
    let as_bound = server.url().replace("//lockbench@", "//bound@");
    common::lockbench()
        .args(check)
        .args(["--database", &as_bound])
        .assert()
        .stdout(contains(
            "deadlock_timeout is 1s here, and lockbench may not set it",
        ))
        .stderr(contains("that will take about 1s"));
}

#[test]
fn the_page_lists_every_setting() {
    let page = format!("{}/docs/session-settings.md", env!("CARGO_MANIFEST_DIR"));
    let mut expected = INTRODUCTION.to_owned();
    for backend in Backend::ALL {
        expected += &format!(
            "\n## {backend}\n\n| setting | set to | otherwise | manual |\n|---|---|---|---|\n"
        );
        for setting in Setting::all(backend) {
            let Setting {
                name,
                needed,
                why,
                manual,
                ..
            } = setting;
            expected += &format!("| `{name}` | `{needed}` | {why} | {manual} |\n");
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&page, &expected).expect("a new page");
    }
    let committed = std::fs::read_to_string(&page).unwrap_or_default();
    assert_eq!(committed, expected, "run it with UPDATE_DOCS=1");
}

const INTRODUCTION: &str = "\
# What lockbench sets in each session

<!-- Made by `UPDATE_DOCS=1 tests/run session_settings`; a test compares. -->

A session starts with the settings that the server, the database and the role have for it. Some of
them decide which rows a statement sees, whether and when it commits, at which isolation level it runs,
and when it times out. They would change what is measured, or make the audit miss rows. Every lockbench
session therefore sets them to known values, and every report names those that were different (JSON:
`database.session_settings`). Settings that make a server fast, slow or durable are left alone, and are
measured.

To measure with your server's own value, for instance of a timeout, name the setting:
`--keep-session-setting lock_timeout`. The buyers' sessions then leave it alone; the session that runs
the audit never does. A setting that the server's version does not have is skipped. If lockbench is not
allowed to set one, and its value does harm, the report says so.

`lockbench check` makes PostgreSQL sessions check for deadlocks after 20 ms (`deadlock_timeout`) if they
are allowed to set that; otherwise it says how long it will take.
";
