//! `lockbench db`: our own tables in a database that stays.

use predicates::str::contains;

use crate::common;

fn say(action: &str, database: &str) -> assert_cmd::assert::Assert {
    common::lockbench()
        .args(["db", action, "--database", database])
        .assert()
}

#[test]
fn our_tables_are_shown_emptied_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite:{}/shop.db", folder.path().display());
    let databases = [
        file,
        common::postgres_url(),
        #[cfg(feature = "mysql")]
        common::mariadb::url(),
    ];
    for database in databases {
        common::lockbench()
            .args(["run", "--strategy", "atomic", "--database", &database])
            .args([
                "--items",
                "2",
                "--stock",
                "7",
                "--quantity",
                "3",
                "--no-control",
            ])
            .assert()
            .success();
        say("status", &database)
            .success()
            .stdout(contains("lockbench_items has 2 rows with"))
            .stdout(contains("lockbench_ledger has 4 rows"));
        say("reset", &database)
            .success()
            .stdout(contains("are empty"));
        say("status", &database)
            .success()
            .stdout(contains("lockbench_items has 0 rows with 0 units"))
            .stdout(contains("lockbench_ledger has 0 rows"));
        say("drop", &database)
            .success()
            .stdout(contains("are gone"));
        for action in ["status", "reset", "drop"] {
            say(action, &database)
                .success()
                .stdout(contains("no lockbench tables"));
        }
    }
}

#[test]
fn a_private_database_has_nothing_to_look_at() {
    for database in ["sqlite", "postgres"] {
        say("status", database)
            .code(2)
            .stderr(contains("name a persistent one"));
    }
}

#[test]
fn a_file_that_is_not_there_is_not_made() {
    say("status", "sqlite:/tmp/no-such-shop.db")
        .code(3)
        .stderr(contains("there is no file"));
    assert!(!std::path::Path::new("/tmp/no-such-shop.db").exists());
}

#[test]
fn thousands_of_items_are_put_up_for_sale_on_every_database() {
    use lockbench::model::load::Load;
    use lockbench::run::Shop;
    use lockbench::tables::item;
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        // MariaDB counts to 1,000 by recursion, and then stops without a word.
        for items in [1, 2, 3, 2_500] {
            let load = Load {
                items,
                stock: 7,
                ..Load::default()
            };
            shop.restart(&load).expect("a full shop");
            let expected: Vec<_> = (1..=items).map(|item| (item, 7)).collect();
            let found = item::stocks(shop.connection()).expect("the items");
            assert_eq!(found, expected, "{backend}");
        }
    }
}

/// MariaDB commits each table as it is made, so that a set-up can be killed halfway.
#[cfg(feature = "mysql")]
#[test]
fn a_set_up_that_was_killed_halfway_is_cleared_away_by_the_next() {
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::Duration;

    use diesel::connection::SimpleConnection;
    use diesel::sql_types::BigInt;
    use diesel::{QueryableByName, RunQueryDsl, sql_query};

    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }

    const TABLES: &str = "information_schema.tables WHERE table_schema = DATABASE()";
    const SESSIONS: &str =
        "information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()";
    let mut killed_halfway = 0;
    // The user's own is the first.
    for tables in 2..=9 {
        let url = common::mariadb::url();
        let mut connection = common::mariadb::connect(&url);
        connection
            .batch_execute("CREATE TABLE lockbench_of_the_user (id BIGINT)")
            .expect("a table");
        let mut count = |of: &str| {
            let question = format!("SELECT COUNT(*) AS count FROM {of}");
            let found = sql_query(question).get_result::<Count>(&mut connection);
            found.expect("a count").count
        };
        let mut child = Command::new(env!("CARGO_BIN_EXE_lockbench"))
            .args([
                "run",
                "--strategy",
                "atomic",
                "--no-control",
                "--database",
                &url,
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        while count(TABLES) < tables && child.try_wait().expect("its state").is_none() {}
        child.kill().expect("its end");
        child.wait().expect("its end");
        // What it had sent is still carried out.
        while count(SESSIONS) > 0 {
            thread::sleep(Duration::from_millis(5));
        }
        let record = format!("{TABLES} AND table_name = 'lockbench_before'");
        killed_halfway += count(&record);
        common::lockbench()
            .args([
                "run",
                "--strategy",
                "procedure",
                "--no-control",
                "--database",
                &url,
            ])
            .assert()
            .success();
        say("drop", &url).success().stdout(contains("are gone"));
        let left = format!("SELECT COUNT(*) AS count FROM {TABLES}");
        let left = sql_query(left).get_result::<Count>(&mut connection);
        assert_eq!(left.expect("a count").count, 1, "after {tables} tables");
    }
    assert!(killed_halfway > 0, "never caught in the middle");
}
