//! Those who are served together: who is served by a batch and who is not, and what becomes of it
//! when its leader dies.

use std::sync::atomic::AtomicBool;

use lockbench::check::{CheckRequest, Outcome, check};
use lockbench::db::Backend;
use lockbench::hammer::Progress;
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::load::Load;
use lockbench::model::scenario::Scenario;
use lockbench::model::strategy::{Strategy, Write};
use lockbench::purchase::Answer;
use lockbench::run::Shop;

use crate::common;
use crate::common::books::sums;
use crate::common::combining::Buyers;

static NEVER: AtomicBool = AtomicBool::new(false);

#[test]
fn near_the_end_those_that_still_fit_are_served_in_the_order_of_arrival() {
    for backend in common::backends() {
        let database = common::database(backend);
        let buyers = Buyers::of(&database, 5);
        let wanted = [1, 3, 2, 1, 1];
        let told = buyers.meet(&wanted, |_| {}, |_| {});
        let expected = [true, true, false, true, false];
        let sold: Vec<bool> = told.iter().map(|one| one.answer == Answer::Done).collect();
        assert_eq!(sold, expected, "on {backend}: {told:?}");
        assert!(told.iter().all(|one| one.attempts == 1), "{told:?}");
        let sums = sums(&database, 5);
        assert_eq!((sums.left, sums.sales), (0, 3), "{sums:?}");
        assert_eq!((sums.unbalanced, sums.negative), (0, 0), "{sums:?}");
    }
}

#[test]
fn a_restock_in_the_batch_serves_those_behind_it() {
    for backend in common::backends() {
        let database = common::database(backend);
        let buyers = Buyers::of(&database, 1);
        let told = buyers.meet(&[1, 1, -2, 1, 2], |_| {}, |_| {});
        let sold: Vec<bool> = told.iter().map(|one| one.answer == Answer::Done).collect();
        assert_eq!(sold, [true, false, true, true, false], "on {backend}");
        let sums = sums(&database, 1);
        assert_eq!((sums.left, sums.unbalanced), (1, 0), "{sums:?}");
    }
}

#[test]
fn what_fails_fails_for_itself_alone() {
    for backend in common::backends() {
        let database = common::database(backend);
        let buyers = Buyers::of(&database, 10);
        // The key of the third is in the ledger already.
        buyers.record_beforehand(3);
        let told = buyers.meet(&[1, 1, 1, 1], |_| {}, |_| {});
        let failed: Vec<bool> = told.iter().map(|one| one.was_recorded).collect();
        assert_eq!(failed, [false, false, true, false], "on {backend}");
        let sold = told.iter().filter(|one| one.answer == Answer::Done);
        assert_eq!(sold.count(), 3, "on {backend}: {told:?}");
        let sums = sums(&database, 10);
        assert_eq!((sums.left, sums.sales), (7, 4), "{sums:?}");
    }
}

#[test]
fn a_leader_whose_session_is_ended_strands_nobody() {
    let database = common::database(Backend::Postgres);
    let buyers = Buyers::of(&database, 10);
    let told = buyers.meet(
        &[1, 1, 1, 1],
        |_| {},
        |buyers| {
            // The first waits for the row, and after it the second, for all the others.
            for leader in [1, 2] {
                buyers.end_session_of(leader);
            }
        },
    );
    assert!(
        told.iter().all(|one| one.answer == Answer::Done),
        "{told:?}"
    );
    // None of the four was told by those two leaders how it went; the first may have come back
    // in time to be in the batch of the second.
    let uncertain: Vec<u32> = told.iter().map(|one| one.uncertain).collect();
    assert!((1..=2).contains(&uncertain[0]), "{told:?}");
    assert_eq!(uncertain[1..], [1, 1, 1], "{told:?}");
    let sums = sums(&database, 10);
    assert_eq!((sums.left, sums.sales, sums.repeated), (6, 4, 0));
}

#[test]
fn a_leader_that_panics_strands_nobody() {
    for backend in common::backends() {
        let database = common::database(backend);
        let buyers = Buyers::of(&database, 10);
        // In the middle of its transaction, or right after its one statement.
        let told = buyers.meet(
            &[1, 1, 1, 1],
            |key| assert!(key != 2, "the second panics, on purpose"),
            |_| {},
        );
        let sold: Vec<bool> = told.iter().map(|one| one.answer == Answer::Done).collect();
        assert_eq!(sold, [true, false, true, true], "on {backend}: {told:?}");
        let sums = sums(&database, 10);
        // What it had committed for itself stands, as it would if it had died later.
        assert!((6..=7).contains(&sums.left), "on {backend}: {sums:?}");
        assert_eq!((sums.unbalanced, sums.repeated), (0, 0), "{sums:?}");
    }
}

#[test]
fn a_leader_that_does_not_look_whether_there_is_enough_is_caught() {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let careless = Overrides {
        write: Some(Write::Subtract),
        ..Overrides::default()
    };
    let request = CheckRequest {
        candidates: vec![
            Candidate::sabotaged(Strategy::Combine, careless),
            Strategy::Combine.into(),
        ],
        scenario: Scenario::Inventory,
        load: Load::default(),
        rounds: 1,
        proof: true,
        database_argument: "here".to_owned(),
    };
    let result = check(&mut shop, &request, &NEVER, &Progress::default()).expect("a check");
    let outcomes: Vec<Outcome> = result.results.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Broken, Outcome::Held], "{result:#?}");
}
