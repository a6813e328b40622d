//! `lockbench db`: our own tables in a database that stays.

mod common;

use predicates::str::contains;

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
                .stdout(contains("no tables of lockbench's"));
        }
    }
}

#[test]
fn a_private_database_has_nothing_to_look_at() {
    for database in ["sqlite", "postgres"] {
        say("status", database)
            .code(2)
            .stderr(contains("name one that stays"));
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
    use lockbench::{item, load::Load, run::Shop};
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
