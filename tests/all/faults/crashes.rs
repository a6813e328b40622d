//! A server is killed in the middle of its work: what was acknowledged is kept, every invoice is
//! accounted for, and how often a customer is billed is what the report calls it.

use std::time::Duration;

use lockbench::db::Backend;
use lockbench::hammer::servers::{Kill, Servers};
use lockbench::model::load::Load;
use lockbench::model::strategy::{Delivery, Promise, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::run::result::RunResult;
use lockbench::run::{Request, Shop};

use crate::common;
use crate::common::books::assert_balanced;
use crate::common::stories::{
    assert_accounts_add_up, assert_marks_are_right, in_autocommit, invoices, number,
    one_of_two_killed, run_until, servers, with_a_key,
};

fn servers_databases() -> Vec<Backend> {
    let mut backends = common::backends();
    backends.retain(|backend| *backend != Backend::Sqlite);
    backends
}

/// The invoices with a server killed, and an API so slow that it dies waiting for an answer.
fn killed(request: Request) -> Request {
    let mut request = Request {
        servers: Some(one_of_two_killed(1)),
        ..request
    };
    request.billing.latency = Duration::from_millis(40);
    request
}

fn delivery(result: &RunResult) -> Delivery {
    result.effects.as_ref().unwrap().delivery
}

/// Sees to it that nothing that was acknowledged is missing from the ledger or the gateway, by
/// the servers' own words.
fn assert_nothing_acknowledged_is_missing(result: &RunResult) {
    assert_eq!(result.violations.missing_sales, 0, "{result:#?}");
    let effects = result.effects.as_ref().unwrap();
    assert_eq!(effects.marked_not_billed, 0, "{result:#?}");
    assert_eq!(effects.never_billed, 0, "{result:#?}");
    assert_eq!(result.servers[0].killed, 1, "{result:#?}");
    assert_eq!(result.outcomes.unknown, 0, "{result:#?}");
}

#[test]
fn pessimistic_bills_again_what_the_dead_had_billed() {
    for backend in servers_databases() {
        let database = common::database(backend);
        let request = killed(invoices(Strategy::Pessimistic, servers(2)));
        let holds = |result: &RunResult| {
            assert_marks_are_right(&database, result);
            assert_accounts_add_up(result);
            assert_nothing_acknowledged_is_missing(result);
            assert_eq!(delivery(result), Delivery::AtLeastOnce);
            assert_eq!(result.promise, Some(Promise::Unsafe));
            // Where the death did no harm that was luck, and no promise.
            assert_ne!(result.verdict, Verdict::Safe, "{result:#?}");
            // One for each worker that it had.
            assert!(result.violations.double_billed <= 2, "{result:#?}");
        };
        let happened = |result: &RunResult| result.violations.double_billed == 1;
        let result = run_until(&database, &request, holds, happened);
        assert!(result.violations.only_outside(), "{result:#?}");
        assert_eq!(result.verdict, Verdict::Unsafe);
    }
}

#[test]
fn with_a_key_the_second_bill_is_none() {
    for backend in servers_databases() {
        let database = common::database(backend);
        let request = killed(with_a_key(invoices(Strategy::Pessimistic, servers(2))));
        let holds = |result: &RunResult| {
            assert_marks_are_right(&database, result);
            assert_accounts_add_up(result);
            assert_nothing_acknowledged_is_missing(result);
            assert_eq!(delivery(result), Delivery::EffectivelyOnce);
            assert_eq!(result.promise, Some(Promise::Safe));
            assert_eq!(result.verdict, Verdict::Safe, "{result:#?}");
            assert!(!result.violations.any(), "{result:#?}");
        };
        // It was asked to bill again, and knew the key.
        let again = |result: &RunResult| result.effects.as_ref().unwrap().calls > 12;
        run_until(&database, &request, holds, again);
    }
}

#[test]
fn who_marks_for_good_before_billing_never_bills_twice_and_may_never_bill() {
    for backend in servers_databases() {
        let database = common::database(backend);
        let candidate = in_autocommit(Strategy::Atomic);
        let mut request = killed(invoices(candidate, servers(2)));
        // It dies while it prepares the bill for what it has marked.
        request.load = Load {
            threads: 1,
            pool: 1,
            hold: Duration::from_millis(60),
            ..request.load
        };
        let holds = |result: &RunResult| {
            assert_accounts_add_up(result);
            let effects = result.effects.as_ref().unwrap();
            assert_eq!(effects.delivery, Delivery::AtMostOnce);
            assert_eq!(effects.billed_twice_or_more, 0, "{result:#?}");
            assert_eq!(effects.billed_not_marked, 0, "{result:#?}");
            assert_eq!(
                effects.never_billed, effects.marked_not_billed,
                "{result:#?}"
            );
            let pending = number(&database, "COUNT(*) FROM lockbench_items WHERE stock <> 0");
            assert_eq!(pending, 0, "{result:#?}");
            assert_eq!(result.violations.missing_sales, 0, "{result:#?}");
            assert_ne!(result.verdict, Verdict::Safe, "{result:#?}");
        };
        let never_billed = |result: &RunResult| result.violations.marked_not_billed > 0;
        run_until(&database, &request, holds, never_billed);
    }
}

#[test]
fn every_strategy_accounts_for_every_invoice_after_a_crash() {
    for backend in servers_databases() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).unwrap();
        for strategy in [
            Strategy::Nowait,
            Strategy::SkipLocked,
            Strategy::Atomic,
            Strategy::Advisory,
            Strategy::Optimistic,
            Strategy::Serializable,
        ] {
            let request = killed(invoices(strategy, servers(2)));
            let result = common::run_request(&mut shop, &request);
            assert_marks_are_right(&database, &result);
            assert_accounts_add_up(&result);
            assert_nothing_acknowledged_is_missing(&result);
        }
    }
}

#[test]
fn the_report_names_how_often_a_bill_is_sent_and_why() {
    let url = common::postgres_url();
    let run = |more: &[&str]| {
        let done = common::lockbench()
            .args([
                "run",
                "--scenario=invoices",
                "--kill-server=1@40%",
                "--no-control",
            ])
            .args(["--api-latency=40ms", "--events", "--database", &url])
            .args(more)
            .assert();
        String::from_utf8_lossy(&done.get_output().stdout).into_owned()
    };
    let text = run(&["--strategy=pessimistic"]);
    assert!(
        text.contains("\ncrashes     at least once: the bill goes out before "),
        "{text}"
    );
    let position = |what: &str| {
        text.find(what)
            .unwrap_or_else(|| panic!("{what} in {text}"))
    };
    assert!(
        position("server 1: killed") < position("server 1: restarted"),
        "{text}"
    );
    let text = run(&["--strategy=pessimistic", "--idempotency-key"]);
    assert!(
        text.contains("\ncrashes     effectively once: a bill sent again "),
        "{text}"
    );
    let text = run(&["--strategy=atomic", "--isolation=autocommit"]);
    assert!(
        text.contains("\ncrashes     at most once: the invoice is committed as sent "),
        "{text}"
    );
}

#[test]
fn a_shop_loses_no_acknowledged_sale_with_a_server() {
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).unwrap();
        for strategy in [
            Strategy::Pessimistic,
            Strategy::Optimistic,
            Strategy::Atomic,
        ] {
            let load = Load {
                threads: 3,
                pool: 3,
                orders: Some(300),
                stock: 100,
                hold: Duration::from_millis(1),
                restock: 0.1,
                ..Load::default()
            };
            let request = Request {
                servers: Some(Servers {
                    kill: Some(Kill { server: 2, at: 0.5 }),
                    ..servers(3)
                }),
                ..Request::new(strategy, load)
            };
            let result = common::run_request(&mut shop, &request);
            assert_balanced(&database, &result);
            assert!(!result.violations.any(), "{result:#?}");
            assert_eq!(result.verdict, Verdict::Safe, "{result:#?}");
            assert_eq!(result.servers[1].killed, 1, "{result:#?}");
            let told = &result.outcomes;
            let all = told.sold + told.restocked + told.sold_out + told.gave_up + told.failed;
            assert_eq!(all, 300, "{strategy}: {result:#?}");
            assert_eq!(told.unknown, 0, "{result:#?}");
        }
    }
}

#[test]
fn a_server_that_was_done_before_its_time_came_proves_nothing() {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).unwrap();
    let mut request = killed(invoices(Strategy::Pessimistic, servers(2)));
    // Of two invoices, one each, none is left to die with when both are done.
    request.load.items = 1;
    let result = common::run_request(&mut shop, &request);
    assert_ne!(result.verdict, Verdict::Safe, "{result:#?}");
}
