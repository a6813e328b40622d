//! The mistakes: each is caught where it is wrong, and right where it is said to be.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use lockbench::check::{CheckRequest, CheckResult, Outcome, check};
use lockbench::db::{Backend, Database};
use lockbench::hammer::Progress;
use lockbench::model::load::Load;
use lockbench::model::named::Named;
use lockbench::model::scenario::Scenario;
use lockbench::model::strategy::Promise;
use lockbench::run::Shop;
use predicates::str::contains;

use crate::common;

/// Checks every mistake.
fn check_all(database: &Database) -> CheckResult {
    let mut shop = Shop::open(database).expect("a shop of the test's own");
    let request = CheckRequest {
        candidates: Named::all(true).map(Into::into).collect(),
        scenario: Scenario::Inventory,
        load: Load {
            // Few, because on PostgreSQL those who share a lock and want more of it deadlock
            // again and again until only one of them is left.
            threads: 4,
            pool: 4,
            hold: Duration::from_millis(1),
            ..Load::default()
        },
        rounds: 2,
        // `explore/pruning.rs` goes through every schedule of every mistake.
        proof: false,
        database_argument: "here".to_owned(),
    };
    check(&mut shop, &request, &NEVER, &Progress::default()).expect("a check")
}

static NEVER: AtomicBool = AtomicBool::new(false);

/// Every mistake is caught where it is wrong and held where it is right.
fn assert_documented(database: &Database) -> CheckResult {
    let result = check_all(database);
    for mistake in &result.results {
        let expected = match mistake.promise {
            None => Outcome::Unsupported,
            Some(Promise::Safe) => Outcome::Held,
            Some(_) => Outcome::Caught,
        };
        assert_eq!(mistake.outcome, expected, "{mistake:#?}");
    }
    result
}

fn promise(result: &CheckResult, mistake: &str) -> Option<Promise> {
    let found = result.results.iter().find(|one| one.strategy == mistake);
    found.expect("a mistake of that name").promise
}

#[test]
fn every_mistake_is_caught_on_sqlite_where_it_can_be_made() {
    let result = assert_documented(&common::database(Backend::Sqlite));
    let caught = result
        .results
        .iter()
        .filter(|one| one.outcome == Outcome::Caught);
    assert_eq!(caught.count(), 4);
}

#[test]
fn every_mistake_is_caught_on_postgres_but_the_two_that_its_snapshots_forgive() {
    let result = assert_documented(&common::database(Backend::Postgres));
    for forgiven in ["lock-after-snapshot", "retry-in-snapshot"] {
        assert_eq!(promise(&result, forgiven), Some(Promise::Safe));
    }
    let caught = result
        .results
        .iter()
        .filter(|one| one.outcome == Outcome::Caught);
    assert_eq!(caught.count(), 9);
}

#[cfg(feature = "mysql")]
#[test]
fn every_mistake_is_caught_on_mariadb() {
    let result = assert_documented(&common::database(Backend::Mysql));
    assert!(
        result
            .results
            .iter()
            .all(|one| one.outcome == Outcome::Caught)
    );
}

#[test]
fn a_mistake_can_be_run_and_explained_by_its_name() {
    common::lockbench()
        .args(["run", "--strategy", "ignored-row-count", "--threads", "16"])
        .args(["--hold", "1ms"])
        .assert()
        .success()
        .stdout(contains("known to be unsafe here"));
    common::lockbench()
        .args(["explain", "subtract-unguarded"])
        .assert()
        .success()
        .stdout(contains("SET stock = stock - ?"))
        .stdout(contains("The fix: Put the check into the UPDATE"));
    common::lockbench()
        .args(["run", "--strategy", "read-before-lock"])
        .assert()
        .code(2)
        .stderr(contains("takes its one lock when it begins"));
}
