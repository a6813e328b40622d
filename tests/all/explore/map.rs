//! The committed maps say what the databases say: a sample of their places is explored anew.
//!
//! `lockbench explore --map --database postgres --format markdown --output docs/map-postgres.md`
//! draws one anew, and likewise for the others.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use lockbench::db::Backend;
use lockbench::model::strategy::{Guard, Isolation, Plan, Read, Write};
use lockbench::proof::purchases::Place;
use lockbench::report::explore::cell;
use lockbench::run::Shop;

use crate::common;

static NEVER: AtomicBool = AtomicBool::new(false);

/// Safe and unsafe ones, with and without a name, with deadlocks, and one for each guard.
fn sample() -> Vec<Plan> {
    use {Guard as G, Isolation as I, Read as R, Write as W};
    [
        (G::None, I::Autocommit, R::Plain, W::Assign),
        (G::None, I::Autocommit, R::ForUpdate, W::Assign),
        (G::None, I::ReadCommitted, R::Plain, W::Assign),
        (G::None, I::ReadCommitted, R::ForShare, W::Assign),
        (G::None, I::ReadCommitted, R::ForUpdate, W::Subtract),
        (G::None, I::RepeatableRead, R::Plain, W::Assign),
        (G::None, I::Serializable, R::None, W::Subtract),
        (G::Mutex, I::ReadCommitted, R::Plain, W::Assign),
        (G::Advisory, I::Autocommit, R::None, W::Subtract),
        (G::Leader, I::ReadCommitted, R::Plain, W::Assign),
    ]
    .map(|(guard, isolation, read, write)| Plan::new(guard, isolation, read, write))
    .to_vec()
}

/// What the page says of a plan.
fn on_the_page(page: &str, plan: &Plan) -> String {
    let row = page
        .lines()
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
        .find(|cells| {
            cells.len() > 7
                && cells[1] == plan.guard.to_string()
                && cells[2] == plan.isolation.to_string()
                && cells[3] == plan.read.to_string()
        })
        .unwrap_or_else(|| panic!("no row for {plan}"));
    let column = match plan.write {
        Write::Assign => 4,
        Write::IfVersion => 5,
        Write::IfEnough => 6,
        _ => 7,
    };
    row[column].to_owned()
}

fn assert_map(backend: Backend, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(page);
    let page = std::fs::read_to_string(&path).expect("a committed map");
    let database = common::Alone::new(backend);
    let _shop = Shop::open(&database).expect("a shop of the test's own");
    let mut compared = 0;
    for plan in sample() {
        // Thousands of schedules, in which one buyer asks for the file's one lock in vain.
        let endless = backend == Backend::Sqlite
            && plan.isolation == Isolation::Autocommit
            && plan.read == Read::ForUpdate;
        if plan.refusal(backend).is_none() && !endless {
            let place = Place::of(&database, plan, 1, &NEVER);
            assert_eq!(
                cell(&place),
                on_the_page(&page, &plan),
                "{plan}: {place:#?}"
            );
            compared += 1;
        }
    }
    assert!(compared >= 5, "{compared}");
}

#[test]
fn the_map_of_postgres_is_true() {
    assert_map(Backend::Postgres, "map-postgres.md");
}

#[test]
fn the_map_of_sqlite_is_true() {
    assert_map(Backend::Sqlite, "map-sqlite.md");
}

#[cfg(feature = "mysql")]
#[test]
fn the_map_of_mariadb_is_true() {
    assert_map(Backend::Mysql, "map-mariadb.md");
}

#[test]
fn every_combination_that_can_be_run_is_on_the_map_and_no_other() {
    for (backend, page) in [
        (Backend::Postgres, "map-postgres.md"),
        (Backend::Sqlite, "map-sqlite.md"),
        (Backend::Mysql, "map-mariadb.md"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("docs")
            .join(page);
        let page = std::fs::read_to_string(&path).expect("a committed map");
        for plan in Plan::meaningful(backend) {
            assert_ne!(on_the_page(&page, &plan), "—", "{plan} on {backend}");
        }
    }
}
