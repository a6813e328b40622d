//! The audit finds what it claims to find, in tables that the test has falsified.

use std::sync::atomic::AtomicBool;

use diesel::connection::SimpleConnection;
use lockbench::db::{Backend, pool};
use lockbench::hammer::{Job, OrderOutcomes, Outcome, Progress, hammer};
use lockbench::model::load::Load;
use lockbench::model::order::{Basket, Orders};
use lockbench::model::scenario::Scenario;
use lockbench::model::strategy::Strategy;
use lockbench::run::Shop;
use lockbench::run::audit::{Books, Violations, audit};

use crate::common;

/// What each buyer was told, by order.
type Endings = [(Basket, Outcome)];

/// Ten units, twenty orders: ten are sold, ten turned away.
fn load() -> Load {
    Load {
        threads: 2,
        pool: 2,
        stock: 10,
        orders: Some(20),
        ..Load::default()
    }
}

/// Sells ten units safely, falsifies the tables with `sql` and what the buyers were told with
/// `retell`, and audits what is left.
fn falsified(backend: Backend, sql: &str, retell: impl Fn(&mut Endings)) -> Violations {
    let load = load();
    let database = common::database(backend);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    shop.restart(&load).expect("a full shop");
    let pool = pool::open(&database, 2).expect("two connections");
    let (never, unseen) = (AtomicBool::new(false), Progress::default());
    let measurement = hammer(
        &pool,
        Job::new(Strategy::Atomic.plan(), &load),
        &never,
        &unseen,
    )
    .expect("ten sales");
    // MariaDB's ledger has its primary key for that.
    let sql = match backend {
        Backend::Mysql => sql.replace(
            DROP_UNIQUENESS,
            "ALTER TABLE lockbench_ledger DROP PRIMARY KEY;",
        ),
        Backend::Sqlite | Backend::Postgres => sql.to_owned(),
    };
    shop.connection()
        .batch_execute(&sql)
        .expect("falsified tables");
    let mut endings: Vec<_> = measurement.record.told.iter().collect();
    endings.sort_by_key(|(basket, _)| basket.key());
    retell(&mut endings);
    let mut by_number = OrderOutcomes::of(Orders::new(&load));
    for (basket, ending) in endings.clone() {
        by_number.add(basket, ending);
    }
    let [found, also_found] = [by_number, OrderOutcomes::listed(endings)].map(|told| {
        let books =
            Books::read(shop.connection(), load.items, &told).expect("the falsified tables");
        audit(Scenario::Inventory, &load, &told, &books)
    });
    assert_eq!(found, also_found, "the two ways of keeping what was told");
    found.violations
}

fn on_every_database(sql: &str, expected: Violations) {
    for backend in common::backends() {
        assert_eq!(
            falsified(backend, sql, |_| {}),
            expected,
            "{sql} on {backend}"
        );
    }
}

fn the_first(told: &mut Endings, was: Outcome, becomes: Outcome) {
    let first = told.iter_mut().find(|(_, ending)| *ending == was);
    first.expect("an order that ended so").1 = becomes;
}

/// A row that the audit must accept for order 1 if it is to complain of nothing else.
const DROP_UNIQUENESS: &str = "DROP INDEX lockbench_ledger_order_key;";

#[test]
fn untouched_tables_have_nothing_wrong() {
    on_every_database("SELECT 1", Violations::default());
}

#[test]
fn a_sale_beyond_the_stock_is_oversold() {
    // An eleventh sale that nobody was told of: oversold by one, phantom, and the stock of 0
    // does not show it.
    on_every_database(
        "INSERT INTO lockbench_ledger (order_key, item_id, delta) VALUES (99, 1, -1)",
        Violations {
            oversold: 1,
            lost_updates: 1,
            phantom_sales: 1,
            ..Violations::default()
        },
    );
}

#[test]
fn a_stock_that_disagrees_with_the_ledger_is_a_lost_update() {
    on_every_database(
        "UPDATE lockbench_items SET stock = stock + 3",
        Violations {
            lost_updates: 3,
            ..Violations::default()
        },
    );
}

#[test]
fn a_stock_below_zero_is_negative() {
    on_every_database(
        "UPDATE lockbench_items SET stock = -2",
        Violations {
            negative_stock: 2,
            lost_updates: 2,
            ..Violations::default()
        },
    );
}

#[test]
fn an_acknowledged_sale_that_the_ledger_lacks_is_missing() {
    // With one sale gone, ten buyers were turned away while a unit remained.
    on_every_database(
        "DELETE FROM lockbench_ledger WHERE order_key = (SELECT MIN(order_key) FROM lockbench_ledger); \
         UPDATE lockbench_items SET stock = 1",
        Violations {
            missing_sales: 1,
            false_sold_out: 10,
            ..Violations::default()
        },
    );
}

#[test]
fn a_sale_recorded_with_another_quantity_is_missing_as_ordered() {
    on_every_database(
        "UPDATE lockbench_ledger SET delta = -2 WHERE order_key = \
            (SELECT MIN(order_key) FROM lockbench_ledger)",
        Violations {
            missing_sales: 1,
            oversold: 1,
            lost_updates: 1,
            ..Violations::default()
        },
    );
}

#[test]
fn an_order_recorded_twice_is_a_duplicate_sale() {
    on_every_database(
        &format!(
            "{DROP_UNIQUENESS} INSERT INTO lockbench_ledger (order_key, item_id, delta) \
             SELECT order_key, item_id, delta FROM lockbench_ledger \
             WHERE order_key = (SELECT MIN(order_key) FROM lockbench_ledger)"
        ),
        Violations {
            duplicate_sales: 1,
            oversold: 1,
            lost_updates: 1,
            ..Violations::default()
        },
    );
}

#[test]
fn a_refused_buyer_whom_the_ledger_knows_is_a_phantom_sale() {
    for refused in [Outcome::SoldOut, Outcome::GaveUp, Outcome::Failed] {
        for backend in common::backends() {
            let found = falsified(backend, "SELECT 1", |told| {
                the_first(told, Outcome::Done, refused)
            });
            assert_eq!(
                found,
                Violations {
                    phantom_sales: 1,
                    ..Violations::default()
                },
                "{refused:?}"
            );
        }
    }
}

#[test]
fn buyers_turned_away_while_stock_remained_are_counted() {
    // The tables agree with each other that only nine were sold, and one buyer gave up.
    for backend in common::backends() {
        let found = falsified(
            backend,
            "DELETE FROM lockbench_ledger WHERE order_key = \
                (SELECT MAX(order_key) FROM lockbench_ledger); \
             UPDATE lockbench_items SET stock = 1",
            |told| {
                let last = told
                    .iter_mut()
                    .rfind(|(_, ending)| *ending == Outcome::Done);
                last.expect("a sale").1 = Outcome::GaveUp;
            },
        );
        assert_eq!(
            found,
            Violations {
                false_sold_out: 10,
                ..Violations::default()
            }
        );
    }
}

#[test]
fn an_unknown_end_is_resolved_by_the_ledger() {
    let load = load();
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        shop.restart(&load).expect("a full shop");
        shop.connection()
            .batch_execute(
                "INSERT INTO lockbench_ledger (order_key, item_id, delta) VALUES (1, 1, -1); \
                 UPDATE lockbench_items SET stock = 9",
            )
            .expect("one sale");
        let orders = Orders::new(&load);
        let told = [1, 2].map(|number| (orders.get(number), Outcome::Unknown));
        let told = OrderOutcomes::listed(told.into());
        let books = Books::read(shop.connection(), load.items, &told).expect("the tables");
        let found = audit(Scenario::Inventory, &load, &told, &books);
        assert_eq!(found.violations, Violations::default());
        assert_eq!((found.outcomes.sold, found.outcomes.unknown_found), (1, 1));
        assert_eq!(
            (found.outcomes.gave_up, found.outcomes.unknown_not_found),
            (1, 1)
        );
        assert_eq!(found.outcomes.unknown, 0);
    }
}

#[test]
fn a_surplus_of_one_item_does_not_make_up_for_the_lack_of_another() {
    let load = Load { items: 2, ..load() };
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        shop.restart(&load).expect("a full shop");
        shop.connection()
            .batch_execute(
                "UPDATE lockbench_items SET stock = 12 WHERE id = 1; \
                 UPDATE lockbench_items SET stock = 8 WHERE id = 2",
            )
            .expect("two wrongs that add up to nothing");
        let nothing = OrderOutcomes::default();
        let books = Books::read(shop.connection(), load.items, &nothing).expect("the tables");
        let found = audit(Scenario::Inventory, &load, &nothing, &books);
        assert_eq!(found.violations.lost_updates, 4);
    }
}

/// An item that is not there is no item that is sold out.
#[test]
fn an_item_that_is_gone_leaves_no_verdict() {
    let load = Load { items: 2, ..load() };
    for backend in common::backends() {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        shop.restart(&load).expect("a full shop");
        shop.connection()
            .batch_execute("DELETE FROM lockbench_items WHERE id = 2")
            .expect("an item less");
        let read = Books::read(shop.connection(), load.items, &OrderOutcomes::default());
        let said = format!("{:#}", read.expect_err("half the items"));
        assert!(
            said.contains("there is no verdict: 1 of 2 items are there"),
            "{said}"
        );
    }
}
