//! The audit finds what went wrong outside the tables, in calls and events that the test has
//! falsified.

use std::sync::atomic::AtomicBool;

use diesel::connection::SimpleConnection;
use lockbench::db::{Backend, pool};
use lockbench::hammer::gateway::Call;
use lockbench::hammer::{Job, OrderOutcomes, Outcome, Progress, hammer};
use lockbench::model::load::Load;
use lockbench::model::order::Order;
use lockbench::model::scenario::Scenario;
use lockbench::model::strategy::{Delivery, Strategy};
use lockbench::run::Shop;
use lockbench::run::audit::{Books, Effects, Violations, audit};
use lockbench::tables::ledger::Entry;

use crate::common;

/// A call that billed `invoice`.
fn bill(server: u32, invoice: i64) -> Call {
    Call {
        at_us: 0,
        server,
        invoice,
        billed: true,
    }
}

/// A call that carried a known key, so that nobody was billed.
fn known(server: u32, invoice: i64) -> Call {
    Call {
        billed: false,
        ..bill(server, invoice)
    }
}

/// Three invoices, of which these are marked, where this was told.
fn marked_as_told(invoices: &[i64], told: &OrderOutcomes) -> Books {
    let stocks = (1..=3).map(|id| (id, i64::from(!invoices.contains(&id))));
    let sold = |id: &i64| Entry {
        order_key: *id,
        item_id: *id,
        delta: -1,
    };
    let entries: Vec<Entry> = invoices.iter().map(sold).collect();
    Books::of(stocks.collect(), &entries, told)
}

/// Three invoices, of which these are marked.
fn marked(invoices: &[i64]) -> Books {
    marked_as_told(invoices, &OrderOutcomes::default())
}

fn effects(calls: &[Call], books: &Books) -> (Effects, Violations) {
    let effects = Effects::of(calls, books, Delivery::AtLeastOnce);
    let mut violations = Violations::default();
    effects.blame(&mut violations);
    (effects, violations)
}

/// What the account says, with the sum that must be the number of invoices.
fn accounts(effects: &Effects) -> [u64; 6] {
    let Effects {
        calls,
        billed_once,
        billed_twice_or_more,
        never_billed,
        billed_not_marked,
        marked_not_billed,
        ..
    } = *effects;
    assert_eq!(billed_once + billed_twice_or_more + never_billed, 3);
    [
        calls,
        billed_once,
        billed_twice_or_more,
        never_billed,
        billed_not_marked,
        marked_not_billed,
    ]
}

#[test]
fn each_billed_once_and_marked_is_nothing_wrong() {
    let calls = [bill(1, 1), bill(2, 2), bill(1, 3)];
    let (effects, violations) = effects(&calls, &marked(&[1, 2, 3]));
    assert_eq!(accounts(&effects), [3, 3, 0, 0, 0, 0]);
    assert_eq!(violations, Violations::default());
}

#[test]
fn each_bill_beyond_the_first_is_counted() {
    let calls = [bill(1, 1), bill(2, 1), bill(2, 1), bill(1, 2), bill(1, 3)];
    let (effects, violations) = effects(&calls, &marked(&[1, 2, 3]));
    assert_eq!(accounts(&effects), [5, 2, 1, 0, 0, 0]);
    assert_eq!(effects.invoices[0].by, [1, 2, 2]);
    let two_too_many = Violations {
        double_billed: 2,
        ..Violations::default()
    };
    assert_eq!(violations, two_too_many);
    assert!(violations.only_outside());
}

#[test]
fn a_call_with_a_known_key_bills_nobody() {
    let calls = [bill(1, 1), known(2, 1), bill(1, 2), bill(1, 3)];
    let (effects, violations) = effects(&calls, &marked(&[1, 2, 3]));
    assert_eq!(accounts(&effects), [4, 3, 0, 0, 0, 0]);
    assert_eq!(violations, Violations::default());
}

#[test]
fn what_is_marked_and_never_billed_is_wrong() {
    let (effects, violations) = effects(&[bill(1, 1), bill(1, 2)], &marked(&[1, 2, 3]));
    assert_eq!(accounts(&effects), [2, 2, 0, 1, 0, 1]);
    let one = Violations {
        marked_not_billed: 1,
        ..Violations::default()
    };
    assert_eq!(violations, one);
    assert!(violations.only_outside());
}

#[test]
fn what_is_billed_and_still_pending_is_shown() {
    let (effects, violations) = effects(&[bill(1, 1), bill(1, 2)], &marked(&[1]));
    assert_eq!(accounts(&effects), [2, 2, 0, 1, 1, 0]);
    // It can still be marked: nobody has been wronged yet.
    assert_eq!(violations, Violations::default());
}

#[test]
fn two_lost_orders_under_one_key_are_one_sale() {
    let order = Order {
        key: 1,
        item: 1,
        quantity: 1,
    };
    let told = OrderOutcomes::listed(vec![
        (order.into(), Outcome::Unknown),
        (order.into(), Outcome::Unknown),
    ]);
    let load = Load {
        items: 3,
        ..Scenario::Invoices.load()
    };
    let books = marked_as_told(&[1], &told);
    let found = audit(Scenario::Invoices, &load, &told, &books);
    assert_eq!(found.violations, Violations::default());
    assert_eq!((found.outcomes.sold, found.outcomes.unknown_found), (1, 1));
}

#[test]
fn who_was_turned_away_for_what_a_dead_server_did_is_no_phantom() {
    let order = Order {
        key: 1,
        item: 1,
        quantity: 1,
    };
    let load = Load {
        items: 3,
        ..Scenario::Invoices.load()
    };
    for told in [
        [Outcome::Unknown, Outcome::SoldOut],
        [Outcome::SoldOut, Outcome::Unknown],
    ] {
        let told = OrderOutcomes::listed(told.map(|ending| (order.into(), ending)).into());
        let books = marked_as_told(&[1], &told);
        let found = audit(Scenario::Invoices, &load, &told, &books);
        assert_eq!(found.violations, Violations::default());
        assert_eq!((found.outcomes.sold, found.outcomes.sold_out), (1, 1));
    }
}

/// Sells books, falsifies the outbox with `sql`, and audits what is left.
fn falsified(backend: Backend, sql: &str) -> Violations {
    let load = Load {
        threads: 1,
        pool: 1,
        ..Scenario::Credit.load()
    };
    let database = common::database(backend);
    let mut shop = Shop::open(&database).unwrap();
    shop.restart(&load).unwrap();
    let pool = pool::open(&database, 1).unwrap();
    let (never, unseen) = (AtomicBool::new(false), Progress::default());
    let job = Job {
        scenario: Scenario::Credit,
        ..Job::new(Strategy::Atomic.plan(), &load)
    };
    let measurement = hammer(&pool, job, &never, &unseen).unwrap();
    shop.connection().batch_execute(sql).unwrap();
    let told = &measurement.record.told;
    let books = Books::read(shop.connection(), load.items, told).unwrap();
    audit(Scenario::Credit, &load, told, &books).violations
}

fn on_every_database(sql: &str, expected: Violations) {
    for backend in common::backends() {
        assert_eq!(falsified(backend, sql), expected, "{sql} on {backend}");
    }
}

#[test]
fn an_untouched_outbox_has_an_event_for_each_sale() {
    on_every_database("SELECT 1", Violations::default());
}

#[test]
fn a_sale_without_an_event_is_found() {
    on_every_database(
        "DELETE FROM lockbench_outbox WHERE order_key = (SELECT MIN(order_key) FROM lockbench_ledger)",
        Violations {
            missing_events: 1,
            ..Violations::default()
        },
    );
}

#[test]
fn an_event_without_a_sale_is_found() {
    on_every_database(
        "INSERT INTO lockbench_outbox (order_key, event) VALUES (9999, 'purchase_succeeded')",
        Violations {
            surplus_events: 1,
            ..Violations::default()
        },
    );
}

#[test]
fn an_event_published_twice_is_found() {
    on_every_database(
        "INSERT INTO lockbench_outbox (order_key, event) \
         SELECT order_key, event FROM lockbench_outbox WHERE order_key = \
            (SELECT MIN(order_key) FROM lockbench_ledger)",
        Violations {
            surplus_events: 1,
            ..Violations::default()
        },
    );
}

#[test]
fn an_account_spent_beyond_its_credit_is_overspent_and_not_oversold() {
    on_every_database(
        "INSERT INTO lockbench_ledger (order_key, item_id, delta) VALUES (9999, 1, -300); \
         INSERT INTO lockbench_outbox (order_key, event) VALUES (9999, 'purchase_succeeded'); \
         UPDATE lockbench_items SET stock = stock - 300",
        Violations {
            overspent: 300 - left_over(),
            negative_stock: 300 - left_over(),
            phantom_sales: 1,
            ..Violations::default()
        },
    );
}

/// What the atomic strategy leaves of the credit, alone at it: too little for any later book.
fn left_over() -> u64 {
    let load = Scenario::Credit.load();
    let orders = lockbench::model::order::Orders::new(&load);
    let mut left = load.stock;
    for number in 1..=load.orders.unwrap() {
        let price = orders.get(number).orders()[0].quantity;
        left -= if price <= left { price } else { 0 };
    }
    left.unsigned_abs()
}
