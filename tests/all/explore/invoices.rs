//! Two servers and one invoice, in every order: who bills twice although the table is right.

use lockbench::db::{Backend, Engine};
use lockbench::model::mistake::Mistake;
use lockbench::model::named::Named;
use lockbench::model::scenario::Scenario;
use lockbench::model::strategy::{Dispatch, Promise, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::proof::purchases::Purchases;

use crate::common;
use crate::common::explored::{explore, two};

fn one_invoice(row: impl Into<Named>) -> Purchases {
    Purchases {
        scenario: Scenario::Invoices,
        ..two(row.into())
    }
}

#[test]
fn a_strategy_that_notices_the_other_at_the_write_has_billed_by_then() {
    let database = common::database(Backend::Postgres);
    for strategy in [
        Strategy::Optimistic,
        Strategy::RepeatableRead,
        Strategy::Serializable,
    ] {
        let found = explore(&database, &one_invoice(strategy));
        assert!(found.marked("double_billed") > 0, "{strategy}: {found}");
        assert_eq!(found.marked("oversold"), 0, "{strategy}: {found}");
        assert_eq!(found.marked("lost_updates"), 0, "{strategy}: {found}");
    }
}

#[test]
fn who_believes_what_was_read_before_the_lock_bills_after_waiting() {
    let database = common::database(Backend::Postgres);
    let found = explore(&database, &one_invoice(Mistake::ReadBeforeLock));
    assert!(found.marked("double_billed") > 0, "{found}");
}

#[test]
fn each_strategy_bills_as_it_promises_on_every_database() {
    for backend in common::backends() {
        let database = common::Alone::new(backend);
        for strategy in <Strategy as clap::ValueEnum>::value_variants() {
            let wanted = one_invoice(*strategy);
            let Some(promise) = wanted.promise(Engine::of(backend)) else {
                continue;
            };
            let found = explore(&database, &wanted);
            let expected = match promise {
                // What happens inside a procedure, no schedule shows.
                Promise::Safe if strategy.plan().dispatch == Dispatch::Procedure => {
                    Verdict::Inconclusive
                }
                Promise::Safe => Verdict::Safe,
                _ => Verdict::Unsafe,
            };
            assert_eq!(
                found.verdict(),
                expected,
                "{strategy} on {backend}: {found}"
            );
        }
    }
}
