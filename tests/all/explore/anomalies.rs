//! What each isolation level really prevents, against what Hermitage has found.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::{AnyConnection, Backend, Database, Description, Level};
use lockbench::proof::anomaly::{
    AnomaliesResult, Anomaly, Outcome, Survey, Tell, begin, commit, run, send,
};
use lockbench::system::exit::Exit;
use predicates::str::contains;

use crate::common;

fn survey(database: &Database, anomalies: &[&'static Anomaly]) -> AnomaliesResult {
    let mut connection = database.connect().expect("a connection");
    let description = Description::of(database, &mut connection).expect("a description");
    let survey = Survey {
        anomalies: anomalies.to_vec(),
        levels: Level::all(&description),
        patience: Duration::from_secs(30),
    };
    let never = AtomicBool::new(false);
    run(database, description, &survey, &never).expect("a survey")
}

/// The table, a line for each anomaly: `P4 OCCURS 40001 40001`.
fn assert_table(backend: Backend, levels: &str, expected: &str) {
    let found = survey(&common::Alone::new(backend), &Anomaly::ALL);
    assert_eq!(found.levels.join(" "), levels);
    let lines: Vec<String> = Anomaly::ALL
        .iter()
        .map(|anomaly| {
            let own = found
                .results
                .iter()
                .filter(|one| one.anomaly == anomaly.name);
            let cells: Vec<String> = own.map(|one| one.outcome.to_string()).collect();
            format!("{} {}", anomaly.letter, cells.join(" "))
        })
        .collect();
    let expected: Vec<String> = expected
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(lines, expected, "{found:#?}");
    assert_eq!(found.exit(), Exit::Held);
}

/// github.com/ept/hermitage, README.md and postgres.md: ✓ is "prevented", — is "occurs".
#[test]
fn postgresql_prevents_what_hermitage_says() {
    assert_table(
        Backend::Postgres,
        "read-committed repeatable-read serializable",
        "G0              waits     40001     40001
         G1a             snapshot  snapshot  snapshot
         G1b             snapshot  snapshot  snapshot
         G1c             snapshot  snapshot  40001
         OTV             snapshot  40001     40001
         PMP             OCCURS    snapshot  snapshot
         PMP-write       OCCURS    40001     40001
         P4              OCCURS    40001     40001
         G-single        OCCURS    snapshot  snapshot
         G-single-pred   OCCURS    snapshot  snapshot
         G-single-write  OCCURS    40001     40001
         G2-item         OCCURS    OCCURS    40001
         G2              OCCURS    OCCURS    40001
         G2-two-edges    OCCURS    OCCURS    40001",
    );
}

/// github.com/ept/hermitage, README.md and mysql.md, where "R/O" is an anomaly whose -write
/// variant occurs. `innodb_snapshot_isolation` is MariaDB's own (MDEV-32898, MDEV-35124).
#[cfg(feature = "mysql")]
#[test]
fn mariadb_prevents_what_hermitage_says_of_mysql_and_more_with_snapshot_isolation() {
    assert_table(
        Backend::Mysql,
        "read-uncommitted read-committed repeatable-read repeatable-read+snapshot serializable",
        "G0              waits   waits     waits     waits     waits
         G1a             OCCURS  snapshot  snapshot  snapshot  waits
         G1b             OCCURS  snapshot  snapshot  snapshot  waits
         G1c             OCCURS  snapshot  snapshot  snapshot  1213
         OTV             OCCURS  snapshot  snapshot  snapshot  waits
         PMP             OCCURS  OCCURS    snapshot  snapshot  waits
         PMP-write       OCCURS  OCCURS    OCCURS    1020      1213
         P4              OCCURS  OCCURS    OCCURS    1020      1213
         G-single        OCCURS  OCCURS    snapshot  snapshot  waits
         G-single-pred   OCCURS  OCCURS    snapshot  snapshot  waits
         G-single-write  OCCURS  OCCURS    OCCURS    1020      1213
         G2-item         OCCURS  OCCURS    OCCURS    OCCURS    1213
         G2              OCCURS  OCCURS    OCCURS    OCCURS    1213
         G2-two-edges    OCCURS  OCCURS    OCCURS    OCCURS    1213",
    );
}

/// Not in Hermitage; "all transactions in SQLite show serializable isolation"
/// (<https://sqlite.org/isolation.html>).
#[test]
fn sqlite_has_one_level_and_it_prevents_everything() {
    assert_table(
        Backend::Sqlite,
        "serializable",
        "G0              SQLITE_BUSY
         G1a             snapshot
         G1b             snapshot
         G1c             SQLITE_BUSY
         OTV             SQLITE_BUSY
         PMP             snapshot
         PMP-write       SQLITE_BUSY
         P4              SQLITE_BUSY
         G-single        snapshot
         G-single-pred   snapshot
         G-single-write  SQLITE_BUSY
         G2-item         SQLITE_BUSY
         G2              SQLITE_BUSY
         G2-two-edges    SQLITE_BUSY",
    );
}

/// Nobody is in anybody's way, and the anomaly cannot be seen: the two write different rows.
static NOTHING_IN_THE_WAY: Anomaly = Anomaly {
    letter: "X1",
    name: "nothing-in-the-way",
    short: "",
    what: "",
    script: &[
        begin(1),
        begin(2),
        send(1, "UPDATE lockbench_anomalies SET value = 11 WHERE id = 1"),
        send(2, "UPDATE lockbench_anomalies SET value = 22 WHERE id = 2"),
        commit(1),
        commit(2),
    ],
    sign: "",
    tell: Tell::ByEnd {
        happened: |_| false,
        kept: |_| true,
    },
};

static NO_WAIT: Anomaly = Anomaly {
    letter: "X2",
    name: "no-wait",
    script: &[
        begin(1),
        begin(2),
        send(1, "UPDATE lockbench_anomalies SET value = 11 WHERE id = 1"),
        send(2, "UPDATE lockbench_anomalies SET value = 22 WHERE id = 2").and_waits(),
        commit(1),
        commit(2),
    ],
    tell: Tell::ByReads {
        happened: |_| false,
        kept: |_| true,
    },
    ..NOTHING_IN_THE_WAY
};

static NO_SUCH_COLUMN: Anomaly = Anomaly {
    letter: "X3",
    name: "no-such-column",
    script: &[
        begin(1),
        send(1, "UPDATE lockbench_anomalies SET price = 11 WHERE id = 1"),
        commit(1),
    ],
    ..NOTHING_IN_THE_WAY
};

#[test]
fn a_script_that_does_not_go_as_it_should_is_inconclusive() {
    let database = common::database(Backend::Postgres);
    let found = survey(&database, &[&NOTHING_IN_THE_WAY, &NO_WAIT, &NO_SUCH_COLUMN]);
    for (name, expected) in [
        ("nothing-in-the-way", "nothing was seen to prevent it"),
        (
            "no-wait",
            "session 2 should have waited at step 4, but did not",
        ),
        ("no-such-column", "column \"price\""),
    ] {
        match &found.finding(name, "read-committed").expect(name).outcome {
            Outcome::Inconclusive { reason } => assert!(reason.contains(expected), "{reason}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(found.exit(), Exit::Inconclusive);
}

/// Session 1 is busy for a second, and nobody is in its way.
#[test]
fn a_session_that_neither_arrives_nor_waits_for_another_is_inconclusive() {
    let url = common::postgres_url();
    let database = open(&url);
    let mut connection = database.connect().expect("a connection");
    let description = Description::of(&database, &mut connection).expect("a description");
    let wanted = Survey {
        anomalies: vec![&SLEEPER],
        levels: Level::all(&description),
        patience: Duration::from_millis(300),
    };
    let never = AtomicBool::new(false);
    let found = run(&database, description, &wanted, &never).expect("a survey");
    let finding = found.finding("sleeper", "serializable").expect("a finding");
    assert!(
        matches!(&finding.outcome, Outcome::Inconclusive { reason } if reason.contains("no session made progress")),
        "{finding:?}"
    );
    assert_eq!(tables(&url), "");
}

static SLEEPER: Anomaly = Anomaly {
    letter: "X4",
    name: "sleeper",
    script: &[
        begin(1),
        send(
            1,
            "SELECT 1::bigint AS id, count(*) AS value FROM pg_sleep(1)",
        ),
        commit(1),
    ],
    ..NOTHING_IN_THE_WAY
};

fn open(url: &str) -> Database {
    let address = url.parse().expect("an address");
    Database::open(&address, &Default::default()).expect("a database")
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    found: String,
}

/// Every table there is, and on PostgreSQL our schema.
fn tables(url: &str) -> String {
    let question = match open(url).backend() {
        Backend::Postgres => {
            "SELECT coalesce(string_agg(found, ', ' ORDER BY found), '') AS found FROM ( \
             SELECT schemaname || '.' || tablename AS found FROM pg_tables \
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema') \
             UNION ALL SELECT nspname FROM pg_namespace WHERE nspname = 'lockbench') AS all_of_it"
        }
        Backend::Mysql => {
            "SELECT CAST(coalesce(group_concat(table_name ORDER BY table_name), '') AS CHAR) AS found \
             FROM information_schema.tables WHERE table_schema = DATABASE()"
        }
        Backend::Sqlite => {
            "SELECT coalesce(group_concat(name, ', '), '') AS found FROM \
             (SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name)"
        }
    };
    let mut connection: AnyConnection = open(url).connect().expect("a connection");
    let found = sql_query(question).get_result::<Found>(&mut connection);
    found.expect("a list").found
}

#[test]
fn nothing_is_left_behind_and_nothing_of_the_users_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite:{}", folder.path().join("app.db").display());
    #[allow(unused_mut)] // One more with MariaDB.
    let mut urls = vec![common::postgres_url(), file];
    // InnoDB shows who waits only to whoever looks alone for 100 ms: two programs that look at
    // one server all the time keep each other from it.
    #[cfg(feature = "mysql")]
    let server = common::mariadb::start(&[]);
    #[cfg(feature = "mysql")]
    urls.push(server.url());
    for url in &urls {
        let mut theirs = open(url).connect().expect("a connection");
        let mine = match theirs.backend() {
            Backend::Postgres => "public.mine",
            _ => "mine",
        };
        theirs
            .batch_execute(&format!(
                "CREATE TABLE {mine} (id BIGINT); INSERT INTO {mine} VALUES (7)"
            ))
            .expect("a table of theirs");
        common::lockbench()
            .args(["anomalies", "--show", "P4,G2-item", "--database", url])
            .assert()
            .success();
        assert_eq!(tables(url), mine, "{url}");
        let rows = format!("SELECT CAST(sum(id) AS CHAR(1)) AS found FROM {mine}");
        let rows = sql_query(rows)
            .get_result::<Found>(&mut theirs)
            .expect("their row");
        assert_eq!(rows.found, "7");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().contains("lockbench")),
        "{left:?}"
    );
}

#[test]
fn a_table_of_that_name_that_is_not_ours_is_refused_and_one_that_we_left_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("app.db").display());
    let anomalies = || {
        let mut command = common::lockbench();
        command.args(["anomalies", "--show", "P4", "--database", &url]);
        command
    };
    let mut theirs = open(&url).connect().expect("a connection");
    theirs
        .batch_execute("CREATE TABLE lockbench_anomalies (mine TEXT)")
        .expect("a table of theirs");
    anomalies()
        .assert()
        .code(3)
        .stderr(contains("lockbench did not create"));
    assert_eq!(tables(&url), "lockbench_anomalies");
    theirs
        .batch_execute(
            "DROP TABLE lockbench_anomalies; CREATE TABLE lockbench_anomalies \
             (mine TEXT /* made by lockbench, which drops it again */)",
        )
        .expect("a table that we left");
    anomalies().assert().success();
    assert_eq!(tables(&url), "");
}

#[test]
fn unknown_names_list_the_known_ones_and_a_level_that_is_none_says_so() {
    for (arguments, expected) in [
        (["--show", "P5"], "lost-update"),
        (["--isolation", "snapshot"], "repeatable-read"),
        (["--isolation", "read-committed"], "it has serializable"),
    ] {
        common::lockbench()
            .arg("anomalies")
            .args(arguments)
            .assert()
            .code(2)
            .stderr(contains(expected));
    }
    common::lockbench()
        .args([
            "anomalies",
            "--database",
            "postgres://nobody@127.0.0.1:1/none",
        ])
        .assert()
        .code(3);
}

#[test]
fn json_holds_every_step_and_markdown_the_table() {
    let done = common::lockbench()
        .args(["anomalies", "--show", "p4", "--format", "json"])
        .assert()
        .success();
    let json: serde_json::Value = serde_json::from_slice(&done.get_output().stdout).expect("JSON");
    assert_eq!(json["schema"], "lockbench.anomalies/1");
    let result = &json["results"][0];
    assert_eq!(result["outcome"], "prevented");
    assert_eq!(result["by"], "error");
    assert_eq!(result["code"], "SQLITE_BUSY");
    assert_eq!(result["history"]["steps"][2]["result"], "1 => 10");
    common::lockbench()
        .args(["anomalies", "--format", "markdown"])
        .assert()
        .success()
        .stdout(contains("| P4 | lost-update | SQLITE_BUSY |"));
}

#[test]
fn ctrl_c_reports_what_was_run_and_leaves_no_table() {
    let url = common::postgres_url();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_lockbench"))
        .args(["anomalies", "--format", "json", "--database", &url])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program");
    while tables(&url).is_empty() {
        assert!(child.try_wait().expect("its state").is_none(), "it ended");
    }
    let id = nix::unistd::Pid::from_raw(child.id().try_into().expect("an id"));
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).expect("a signal");
    let output = child.wait_with_output().expect("its output");
    assert_eq!(output.status.code(), Some(130));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["interrupted"], true);
    assert_eq!(tables(&url), "");
}
