//! The SQLite file that is opened is the one that is named.

use std::path::Path;

use diesel::connection::SimpleConnection;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use crate::common;

fn run(folder: &Path, database: &str) -> assert_cmd::assert::Assert {
    common::lockbench()
        .current_dir(folder)
        .args([
            "run",
            "--strategy",
            "atomic",
            "--no-control",
            "--orders",
            "20",
        ])
        .args(["--database", database])
        .assert()
}

/// The names of what is in the folder, in their order.
fn names(folder: &Path) -> Vec<String> {
    let found = std::fs::read_dir(folder).expect("the folder");
    let mut names: Vec<String> = found
        .map(|entry| entry.expect("a file").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_file_that_is_named_is_made_and_no_other() {
    for (address, name) in [
        ("sqlite:shop.db?mode=rwc", "shop.db"),
        ("sqlite://shop.db", "shop.db"),
        ("sqlite:///shop.db", "shop.db"),
        ("sqlite:file:shop.db", "shop.db"),
        ("file:shop.db?cache=private", "shop.db"),
        ("sqlite:shop.db?cache=shared", "shop.db"),
        ("sqlite:a%20b%3Fmode=ro%23%25.db", "a b?mode=ro#%.db"),
        ("sqlite:%FF.db", "\u{FFFD}.db"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        // Several servers are told the address by the process that starts them.
        for more in [&[][..], &["--servers=2"]] {
            common::lockbench()
                .current_dir(folder.path())
                .args([
                    "run",
                    "--strategy",
                    "atomic",
                    "--no-control",
                    "--orders",
                    "20",
                ])
                .args(["--database", address])
                .args(more)
                .assert()
                .success();
            assert_eq!(names(folder.path()), [name], "{address}");
        }
    }
}

#[test]
fn four_slashes_are_from_the_root_and_three_must_not_mean_two_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    let path = path.to_str().expect("a path in UTF-8");
    run(folder.path(), &format!("sqlite:///{path}")).success();
    assert_eq!(names(folder.path()), ["shop.db"]);
    run(folder.path(), &format!("sqlite://{path}"))
        .code(3)
        .stderr(contains("(SQLAlchemy)"))
        .stderr(contains(format!("or sqlite:{path}")));
    run(folder.path(), "sqlite:///nowhere/shop.db")
        .code(3)
        .stderr(contains(
            "the folder nowhere of nowhere/shop.db does not exist",
        ))
        .stderr(contains("four a path from the root"));
    assert_eq!(names(folder.path()), ["shop.db"]);
}

#[test]
fn what_is_not_understood_makes_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    for (address, code, said) in [
        ("sqlite:shop.db?mode=rw", 3, "there is no file shop.db"),
        ("sqlite:shop.db?mode=ro", 2, "is read-only"),
        ("sqlite:shop.db?mode=rx", 2, "`mode=…`"),
        ("sqlite:shop.db?nolock=1", 2, "`nolock=…`"),
        ("sqlite:shop.db?mode=memory", 2, "in-memory"),
        ("file:shop.db#part", 2, "'#'"),
        ("file://host/shop.db", 2, "no host but localhost"),
    ] {
        run(folder.path(), address)
            .code(code)
            .stderr(contains(said));
        assert_eq!(names(folder.path()), Vec::<String>::new(), "{address}");
    }
}

#[test]
fn a_file_that_may_only_be_read_is_looked_at_and_never_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let contents = || std::fs::read(folder.path().join("shop.db")).expect("the file");
    run(folder.path(), "sqlite:shop.db").success();
    let before = contents();
    let commands: [&[&str]; 10] = [
        &["run", "--strategy=atomic", "--output=report"],
        &["check", "--output=report"],
        &["compare", "--output=report", "--save=baseline"],
        &["sweep", "--axis=items=1,2", "--output=report"],
        &["advise", "--output=report"],
        &["explore", "--strategy=atomic", "--output=report"],
        &["anomalies", "--output=report"],
        &["explain", "atomic"],
        &["db", "reset"],
        &["db", "drop"],
    ];
    for read_only in ["sqlite:shop.db?mode=ro", "file:shop.db?immutable=1"] {
        for command in commands {
            common::lockbench()
                .current_dir(folder.path())
                .args(command)
                .args(["--database", read_only])
                .assert()
                .code(2)
                .stdout("")
                .stderr(contains("is read-only").and(contains("db status")));
            assert_eq!(names(folder.path()), ["shop.db"], "{command:?}");
        }
        // Nor is a check of it green because another database could be checked.
        common::lockbench()
            .current_dir(folder.path())
            .args(["check", "-s=atomic", "--rounds=1", "--no-proof"])
            .args(["-d=sqlite", "-d", read_only])
            .assert()
            .code(2)
            .stderr(contains("is read-only"));
        common::lockbench()
            .current_dir(folder.path())
            .args(["db", "status", "--database", read_only])
            .assert()
            .success()
            .stdout(contains("lockbench_ledger has 20 rows"));
        // A write-ahead log would be left beside it.
        assert_eq!(names(folder.path()), ["shop.db"]);
    }
    assert!(contents() == before, "the file has changed");
}

#[test]
fn a_log_that_has_to_be_brought_in_is_not_when_nothing_may_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    let mut open = common::sqlite(path.to_str().expect("a path in UTF-8"));
    open.batch_execute("PRAGMA journal_mode = WAL; CREATE TABLE mine (id BIGINT)")
        .expect("a database");
    // As a crash leaves it: the copy has never been closed.
    for suffix in ["", "-wal"] {
        let name = format!("crashed.db{suffix}");
        std::fs::copy(
            format!("{}{suffix}", path.display()),
            folder.path().join(name),
        )
        .expect("a copy");
    }
    drop(open);
    let before = names(folder.path());
    common::lockbench()
        .current_dir(folder.path())
        .args(["db", "status", "--database", "sqlite:crashed.db?mode=ro"])
        .assert()
        .code(3)
        .stderr(contains("was not closed"));
    assert_eq!(names(folder.path()), before);
}
