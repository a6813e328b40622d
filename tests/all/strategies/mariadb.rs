//! Every strategy on MariaDB keeps what it promises there.

#![cfg(feature = "mysql")]

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::{InstrumentationEvent, SimpleConnection};
use lockbench::db::server::ServerOptions;
use lockbench::db::{
    Address, Backend, Database, Description, Engine, advisory, conflict, migration,
};
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::load::Load;
use lockbench::model::order::Order;
use lockbench::model::strategy::{Promise, Read, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::purchase::coordinator::Coordinator;
use lockbench::purchase::{self, AttemptError, Conflict, attempt};
use lockbench::run::Shop;
use lockbench::tables::{item, ledger};

use crate::common;
use crate::common::books::{assert_balanced, sums};
use crate::common::mariadb;
use crate::common::program::PATIENCE;

fn crowd(seed: u64) -> Load {
    Load {
        threads: 16,
        pool: 16,
        stock: 100,
        orders: Some(400),
        seed,
        ..Load::default()
    }
}

fn open(url: &str) -> Database {
    let address = url.parse::<Address>().expect("a URL");
    Database::open(&address, &ServerOptions::default()).expect("the test's own server")
}

#[test]
fn every_safe_strategy_is_safe_run_after_run() {
    let database = open(&mariadb::url());
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let strategies = common::safe_strategies(Backend::Mysql);
    assert_eq!(strategies.len(), 13, "{strategies:?}");
    for strategy in strategies {
        for seed in 1..=5 {
            let result = common::run(&mut shop, strategy, &crowd(seed));
            assert_eq!(result.verdict, Verdict::Safe, "{strategy}: {result:#?}");
            assert_eq!(sums(&database, 100).sold_units, 100, "{strategy}");
            assert_balanced(&database, &result);
        }
    }
}

#[test]
fn every_strategy_known_to_be_unsafe_is_caught() {
    let database = open(&mariadb::url());
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    for strategy in [
        Strategy::Naive,
        Strategy::Transaction,
        Strategy::RepeatableRead,
    ] {
        let result = common::run(&mut shop, strategy, &crowd(1));
        assert_eq!(result.promise, Some(Promise::Unsafe), "{strategy}");
        assert_eq!(result.verdict, Verdict::Unsafe, "{strategy}: {result:#?}");
        let books = sums(&database, 100);
        assert!(books.sold_units > 100, "{strategy}: {books:?}");
    }
}

#[test]
fn with_snapshot_isolation_repeatable_read_loses_nothing() {
    let server = mariadb::start(&["innodb_snapshot_isolation=ON"]);
    let database = open(&server.url());
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    for seed in 1..=5 {
        let result = common::run(&mut shop, Strategy::RepeatableRead, &crowd(seed));
        assert_eq!(result.promise, Some(Promise::Safe));
        assert_eq!(result.verdict, Verdict::Safe, "{result:#?}");
        assert!(
            result.conflicts["serialization_failure"] > 0,
            "{:?}",
            result.conflicts
        );
        assert_eq!(sums(&database, 100).sold_units, 100, "{result:#?}");
    }
    // It is about REPEATABLE READ, and changes nothing below that.
    let result = common::run(&mut shop, Strategy::Transaction, &crowd(1));
    assert_eq!(result.verdict, Verdict::Unsafe, "{result:#?}");
}

#[test]
fn a_deadlock_is_retried() {
    let database = open(&mariadb::url());
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    // Two readers share the lock that each of them then wants for itself.
    let share_then_write = Candidate::new(
        Strategy::Pessimistic,
        Overrides {
            read: Some(Read::ForShare),
            ..Overrides::default()
        },
    );
    for candidate in [share_then_write, Strategy::Serializable.into()] {
        let result = common::run(&mut shop, candidate, &crowd(1));
        assert!(result.conflicts["deadlock"] > 0, "{:?}", result.conflicts);
        assert_eq!(result.outcomes.sold, 100, "{result:#?}");
        assert_eq!(result.outcomes.failed, 0, "{result:#?}");
        assert_eq!(sums(&database, 100).sold_units, 100, "{result:#?}");
    }
}

#[test]
fn after_a_deadlock_nothing_but_a_rollback_is_sent() {
    let database = open(&mariadb::url());
    let mut connection = database.connect().expect("a session");
    migration::run(&mut connection).expect("our tables");
    item::restart(&mut connection, 1, 100).expect("an item");

    let heard = Arc::new(Mutex::new(Vec::new()));
    connection.set_instrumentation({
        let heard = Arc::clone(&heard);
        move |event: InstrumentationEvent<'_>| {
            let line = match event {
                InstrumentationEvent::StartQuery { query, .. } => query.to_string(),
                InstrumentationEvent::FinishQuery {
                    error: Some(error), ..
                } => error.to_string(),
                _ => return,
            };
            heard.lock().expect("no panic").push(line);
        }
    });
    let plan = Candidate::new(
        Strategy::Pessimistic,
        Overrides {
            read: Some(Read::ForShare),
            ..Overrides::default()
        },
    )
    .plan;
    // While our buyer thinks, another shares the lock and then wants the row for itself; it
    // has written more, so that ours is the one to die.
    let rival = || {
        let mut rival = database.connect().expect("a session");
        rival.batch_execute("BEGIN").expect("a transaction");
        for key in 1..20 {
            let order = Order {
                key,
                item: 1,
                quantity: 1,
            };
            ledger::record(&mut rival, &order).expect("an order");
        }
        rival
            .batch_execute("SELECT * FROM lockbench_items LOCK IN SHARE MODE")
            .expect("a shared lock");
        thread::spawn(move || item::subtract(&mut rival, 1, 1));
        thread::sleep(Duration::from_millis(300));
    };
    let coordinator = Coordinator::new(&plan, 1, 1);
    let shop = purchase::PurchaseContext {
        think: &rival,
        ..purchase::PurchaseContext::new(plan, &coordinator, 100)
    };
    let order = Order {
        key: 99,
        item: 1,
        quantity: 1,
    };
    let error = attempt(&mut connection, &shop, &order.into()).expect_err("a deadlock");
    assert!(
        matches!(
            error,
            AttemptError::Conflict(Conflict::Database(conflict::Conflict::Deadlock))
        ),
        "{error:?}"
    );
    let heard = heard.lock().expect("no panic");
    let refused = heard
        .iter()
        .position(|line| line.starts_with("Deadlock found"))
        .expect("the server's words");
    assert_eq!(heard[refused + 1..], ["ROLLBACK"], "{heard:#?}");
}

#[test]
fn nowait_is_told_from_a_wait_that_took_too_long() {
    let database = open(&mariadb::url());
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let result = common::run(&mut shop, Strategy::Nowait, &crowd(1));
    let causes: Vec<&str> = result.conflicts.keys().copied().collect();
    assert_eq!(causes, ["lock_not_available"], "{result:#?}");
}

#[test]
fn an_advisory_lock_keeps_others_out_of_its_item_and_database() {
    let (url, other_url) = (mariadb::url(), mariadb::url());
    let (database, other_database) = (open(&url), open(&other_url));
    let mut holder = database.connect().expect("a session");
    advisory::lock(&mut holder, 1).expect("a lock that nobody has");

    let (told, hear) = mpsc::channel();
    let mut waiting = database.connect().expect("a session");
    let waiter = thread::spawn(move || {
        advisory::lock(&mut waiting, 1).expect("a lock, in the end");
        told.send(()).expect("a listener");
    });
    let patience = Duration::from_millis(300);
    assert_eq!(hear.recv_timeout(patience), Err(RecvTimeoutError::Timeout));
    // Neither another item nor another database has to wait.
    let mut passer_by = database.connect().expect("a session");
    advisory::lock(&mut passer_by, 2).expect("another item's lock");
    let mut stranger = other_database.connect().expect("a session");
    advisory::lock(&mut stranger, 1).expect("another database's lock");

    advisory::unlock(&mut holder, 1).expect("its own lock");
    assert_eq!(hear.recv_timeout(PATIENCE), Ok(()));
    waiter.join().expect("no panic");
    // A lock that was never had cannot be given back.
    advisory::unlock(&mut passer_by, 1).expect_err("NULL or 0 for an answer");
}

#[test]
fn two_lockbenches_in_one_database_are_refused() {
    let url = mariadb::url();
    let (first, second) = (open(&url), open(&url));
    let _shop = Shop::open(&first).expect("a shop of the test's own");
    let refusal = match Shop::open(&second) {
        Ok(_) => panic!("both are at work"),
        Err(refusal) => refusal.to_string(),
    };
    assert!(refusal.contains("another lockbench"), "{refusal}");
    let elsewhere = open(&mariadb::url());
    Shop::open(&elsewhere).map(drop).expect("another database");
}

#[test]
fn the_server_describes_itself() {
    let database = open(&mariadb::url());
    let mut connection = database.connect().expect("a session");
    let described = Description::of(&database, &mut connection).expect("a description");
    assert!(described.version.starts_with("1"), "{described:?}");
    assert!(!described.version.contains("MariaDB"), "{described:?}");
    let settings = BTreeMap::from(
        [
            ("innodb_flush_log_at_trx_commit", "2"),
            ("innodb_lock_wait_timeout", "50"),
            ("innodb_snapshot_isolation", "OFF"),
            ("max_connections", "320"),
            ("sync_binlog", "0"),
            ("transaction_isolation", "REPEATABLE-READ"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    assert_eq!(described.settings, settings);
    assert_eq!(described.engine(), Engine::of(Backend::Mysql));
}
