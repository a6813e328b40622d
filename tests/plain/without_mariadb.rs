//! A lockbench that was built without MariaDB says so, and how to build one with it.

#![cfg(not(feature = "mysql"))]

use predicates::str::contains;

use crate::common;

#[test]
fn mariadb_is_refused_with_the_way_to_get_it() {
    for name in ["mariadb", "mysql", "mysql://u:secret@h/d", "mariadb://h/d"] {
        common::lockbench()
            .args(["run", "--strategy", "naive", "--database", name])
            .assert()
            .code(2)
            .stderr(contains("built without support for MariaDB and MySQL"))
            .stderr(contains("apt install libmariadb-dev"))
            .stderr(contains("cargo build --release --features mysql"))
            .stderr(predicates::prelude::PredicateBooleanExt::not(contains(
                "secret",
            )));
    }
}

#[test]
fn what_the_strategies_promise_there_is_shown_all_the_same() {
    common::lockbench()
        .arg("strategies")
        .assert()
        .success()
        .stdout(contains("MariaDB"));
}
