//! Two buyers on PostgreSQL, in every order: what is known is found again. `pruning.rs`
//! goes through every row.

use clap::ValueEnum;
use lockbench::db::Backend;
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::mistake::Mistake;
use lockbench::model::named::Named;
use lockbench::model::strategy::{Isolation, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::proof::purchases::{Purchases, exploration};

use crate::common;
use crate::common::explored::{explore, two};

/// How many of how many schedules are broken.
fn counted(candidate: impl Into<Candidate>) -> (u64, u64) {
    let database = common::database(Backend::Postgres);
    let found = explore(&database, &two(candidate));
    assert_eq!(found.cut, 0, "{found}");
    (found.broken, found.schedules)
}

#[test]
fn naive_oversells_in_12_of_16_schedules() {
    assert_eq!(counted(Strategy::Naive), (12, 16));
}

#[test]
fn a_transaction_alone_oversells_in_80_of_92_schedules() {
    assert_eq!(counted(Strategy::Transaction), (80, 92));
}

#[test]
fn for_update_oversells_in_none_of_36_schedules() {
    assert_eq!(counted(Strategy::Pessimistic), (0, 36));
}

#[test]
fn for_update_outside_a_transaction_is_unsafe() {
    let overrides = Overrides {
        isolation: Some(Isolation::Autocommit),
        ..Overrides::default()
    };
    let (broken, _) = counted(Candidate::new(Strategy::Pessimistic, overrides));
    assert!(broken > 0);
}

#[test]
fn skip_locked_taken_for_sold_out_turns_buyers_away_while_there_is_stock() {
    let database = common::database(Backend::Postgres);
    let wanted = Purchases {
        stock: 2,
        ..two(Mistake::SkippedIsSoldOut)
    };
    let found = explore(&database, &wanted);
    assert!(found.marked("false_sold_out") > 0, "{found}");
    assert_eq!(found.verdict(), Verdict::Unsafe, "{found}");
    // The strategy takes an empty answer for what it is, and tries again.
    let wanted = Purchases {
        stock: 2,
        ..two(Strategy::SkipLocked)
    };
    let found = explore(&database, &wanted);
    assert_eq!(found.marked("false_sold_out"), 0, "{found}");
}

#[test]
fn every_witness_comes_to_the_same_end_20_times_of_20() {
    let database = common::database(Backend::Postgres);
    let mut replayed = 0;
    for row in Named::value_variants() {
        if row.plan().refusal(Backend::Postgres).is_some() {
            continue;
        }
        let wanted = two(*row);
        let Some(witness) = explore(&database, &wanted).witness else {
            continue;
        };
        for _ in 0..20 {
            let again = exploration(&database, &wanted)
                .replay(&witness.replay)
                .expect("a replay");
            assert_eq!(again.replay, witness.replay, "{row}");
            assert_eq!(again.state, witness.state, "{row}");
        }
        replayed += 1;
    }
    // Two strategies promise nothing on PostgreSQL, and most of the mistakes show it at once.
    assert!(replayed >= 8, "{replayed}");
}

#[test]
fn two_runs_find_the_same() {
    let database = common::database(Backend::Postgres);
    for strategy in Strategy::value_variants() {
        let [first, second] = [(), ()].map(|()| explore(&database, &two(*strategy)));
        assert_eq!(first.schedules, second.schedules, "{strategy}");
        assert_eq!(first.broken, second.broken, "{strategy}");
        assert_eq!(first.deadlocked, second.deadlocked, "{strategy}");
        assert_eq!(first.final_states, second.final_states, "{strategy}");
    }
}

#[test]
fn postgres_18_has_the_same_schedules() {
    common::postgres_18::passes(
        module_path!(),
        &[
            "naive_oversells_in_12_of_16_schedules",
            "a_transaction_alone_oversells_in_80_of_92_schedules",
            "for_update_oversells_in_none_of_36_schedules",
            "for_update_outside_a_transaction_is_unsafe",
            "skip_locked_taken_for_sold_out_turns_buyers_away_while_there_is_stock",
        ],
    );
}
