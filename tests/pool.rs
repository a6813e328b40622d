//! A pool smaller than the crowd makes buyers wait, and loses nothing.

mod common;

use common::books::assert_balanced;
use lockbench::load::Load;
use lockbench::run::Shop;
use lockbench::strategy::Strategy;
use lockbench::verdict::Verdict;

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
