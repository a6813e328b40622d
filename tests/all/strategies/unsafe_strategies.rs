//! A strategy that is known to be unsafe is caught.

use clap::ValueEnum;
use lockbench::db::Engine;
use lockbench::model::load::Load;
use lockbench::model::strategy::{Promise, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::run::Shop;

use crate::common;
use crate::common::books::sums;

#[test]
fn naive_oversells_at_its_defaults_in_ninety_nine_of_a_hundred_runs() {
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        let mut oversold = 0;
        for seed in 1..=100 {
            let load = Load {
                seed,
                ..Load::default()
            };
            let result = common::run(&mut shop, Strategy::Naive, &load);
            let sums = sums(&database, load.stock);
            // The test's own sum, not lockbench's: more sold than there were.
            oversold += i32::from(sums.sold_units > load.units());
            assert_eq!(
                result.violations.oversold > 0,
                sums.sold_units > load.units(),
                "{result:#?}"
            );
        }
        assert!(
            oversold >= 99,
            "naive oversold in {oversold} of 100 runs on {backend}"
        );
    }
}

#[test]
fn every_strategy_known_to_be_unsafe_is_caught() {
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        for strategy in Strategy::value_variants() {
            if strategy.promise(Engine::of(backend)) != Some(Promise::Unsafe) {
                continue;
            }
            let load = Load {
                threads: 16,
                pool: 16,
                orders: Some(400),
                ..Load::default()
            };
            let result = common::run(&mut shop, *strategy, &load);
            assert_eq!(
                result.verdict,
                Verdict::Unsafe,
                "{strategy} on {backend}: {result:#?}"
            );
        }
    }
}
