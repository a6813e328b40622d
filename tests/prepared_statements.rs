//! Every statement of a purchase is prepared once for each connection, however many purchases
//! there are: a statement that is prepared anew each time costs a fifth of the speed.

mod common;

use clap::ValueEnum;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::Backend;
use lockbench::load::Load;
use lockbench::lobby::Lobby;
use lockbench::order::Order;
use lockbench::purchase::{self, Answer, attempt};
use lockbench::run::Shop;
use lockbench::strategy::{Dispatch, Strategy};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Statements that this session has prepared, without the question itself.
const PREPARED: &str =
    "SELECT COUNT(*) AS number FROM pg_prepared_statements WHERE statement LIKE '%lock%'";

#[test]
fn statements_prepared_stay_constant_as_purchases_grow() {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    for strategy in Strategy::value_variants() {
        let plan = strategy.plan();
        shop.restart_in(plan.layout, &Load::default())
            .expect("a full shop");
        let lobby = Lobby::new(&plan, 1, 1);
        let counter = purchase::Shop {
            // Whatever a story adds to it.
            publishes: true,
            ..purchase::Shop::new(plan, &lobby, 100)
        };
        let mut connection = database.connect().expect("a connection");
        let mut prepared = |purchases: std::ops::RangeInclusive<i64>| {
            for key in purchases {
                let order = Order {
                    key,
                    item: 1,
                    quantity: 1,
                };
                let answer = attempt(&mut connection, &counter, &order.into());
                assert!(matches!(answer, Ok(Answer::Done)), "{strategy}: {answer:?}");
            }
            sql_query(PREPARED)
                .get_result::<Number>(&mut connection)
                .expect("a count")
                .number
        };
        let after_two = prepared(1..=2);
        let after_fifty = prepared(3..=50);
        assert_eq!(after_two, after_fifty, "{strategy}");
        // Not a single one would mean that nothing is cached, or nothing counted.
        let least = match plan.dispatch {
            Dispatch::Statements => 2,
            Dispatch::Combined | Dispatch::Procedure => 1,
        };
        assert!(after_two >= least, "{strategy}: {after_two}");
    }
}
