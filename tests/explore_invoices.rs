//! Two servers and one invoice, in every order: who bills twice although the table is right.

mod common;

use common::explored::{explore, two};
use lockbench::db::{Backend, Engine};
use lockbench::explore::purchases::Purchases;
use lockbench::mistake::Mistake;
use lockbench::named::Named;
use lockbench::scenario::Scenario;
use lockbench::strategy::{Promise, Strategy};
use lockbench::verdict::Verdict;

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
        let database = common::database(backend);
        for strategy in <Strategy as clap::ValueEnum>::value_variants() {
            let wanted = one_invoice(*strategy);
            let Some(promise) = wanted.promise(Engine::of(backend)) else {
                continue;
            };
            let found = explore(&database, &wanted);
            let expected = if promise == Promise::Safe {
                Verdict::Safe
            } else {
                Verdict::Unsafe
            };
            assert_eq!(
                found.verdict(),
                expected,
                "{strategy} on {backend}: {found}"
            );
        }
    }
}
