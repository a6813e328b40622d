//! A pool smaller than the crowd makes buyers wait, and loses nothing; one that is used again is
//! like new.

use diesel::connection::SimpleConnection as _;
use diesel::{RunQueryDsl as _, sql_query};
use lockbench::db::{Backend, pool};
use lockbench::model::load::Load;
use lockbench::model::strategy::Strategy;
use lockbench::model::verdict::Verdict;
use lockbench::run::Shop;

use crate::common;
use crate::common::books::assert_balanced;

#[test]
fn a_pool_of_two_serves_thirty_two_buyers_and_loses_nothing() {
    let load = Load {
        threads: 32,
        pool: 2,
        orders: Some(400),
        ..Load::default()
    };
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        for strategy in [Strategy::Pessimistic, Strategy::Optimistic, Strategy::Mutex] {
            let result = common::run(&mut shop, strategy, &load);
            assert_eq!(result.verdict, Verdict::Safe, "{result:#?}");
            assert_eq!(result.outcomes.sold, 100, "{result:#?}");
            assert_eq!(result.outcomes.sold_out, 300, "{result:#?}");
            assert_balanced(&database, &result);
            // Thirty of the thirty-two had to wait at least once, and it shows.
            assert!(result.pool_wait_us.count >= 30, "{result:#?}");
            assert!(result.pool_wait_us.max > 0, "{result:#?}");
        }
    }
}

#[test]
fn a_pool_as_large_as_the_crowd_makes_nobody_wait() {
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        let result = common::run(&mut shop, Strategy::Atomic, &Load::default());
        assert_eq!(result.pool_wait_us.count, 0, "{result:#?}");
    }
}

#[derive(diesel::QueryableByName)]
struct Left {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    process: i64,
    #[diesel(sql_type = diesel::sql_types::Text)]
    left: String,
}

/// Which process serves the session, and what the last buyer may have left on it.
const LEFT: &str = "SELECT pg_backend_pid()::bigint AS process, concat_ws(' ', \
    current_setting('default_transaction_isolation'), current_setting('search_path'), \
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()), \
    to_regclass('pg_temp.mine')) AS left";

#[test]
fn the_next_buyers_sessions_are_like_new_ones() {
    let database = common::database(Backend::Postgres);
    let pool = pool::open(&database, 1).unwrap();
    let look = || -> Left {
        let mut loan = pool.get().unwrap();
        sql_query(LEFT).get_result(&mut *loan).unwrap()
    };
    let new = look();
    let dirt = "SET default_transaction_isolation = 'serializable'; SET search_path = pg_catalog; \
        SELECT pg_advisory_lock(5); CREATE TEMPORARY TABLE mine (id bigint)";
    pool.get().unwrap().batch_execute(dirt).unwrap();
    let dirty = look();
    assert_eq!(dirty.left, "serializable pg_catalog 1 mine");
    assert!(pool::renew(&database, &pool));
    let renewed = look();
    assert_eq!(renewed.left, new.left);
    assert_eq!(renewed.process, new.process, "the connection is the same");
}

#[test]
fn what_is_in_the_middle_of_something_is_not_renewed_and_what_is_gone_is_replaced() {
    let database = common::database(Backend::Postgres);
    let pool = pool::open(&database, 2).unwrap();
    pool.get().unwrap().batch_execute("BEGIN").unwrap();
    assert!(!pool::renew(&database, &pool));
    let pool = pool::open(&database, 2).unwrap();
    let mut one = pool.get().unwrap();
    let suicide = "SELECT pg_terminate_backend(pg_backend_pid())";
    assert!(one.batch_execute(suicide).is_err());
    drop(one);
    assert!(pool::renew(&database, &pool));
    let loans: Vec<_> = (0..2).map(|_| pool.get().unwrap()).collect();
    for mut loan in loans {
        loan.batch_execute("SELECT 1").unwrap();
    }
}

#[test]
fn where_a_connection_is_cheap_the_next_buyers_have_new_ones() {
    for backend in common::backends()
        .into_iter()
        .filter(|one| *one != Backend::Postgres)
    {
        let database = common::database(backend);
        let pool = pool::open(&database, 2).unwrap();
        assert!(!pool::renew(&database, &pool), "{backend}");
    }
}
