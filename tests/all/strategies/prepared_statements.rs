//! Every statement of a purchase is prepared once for each connection, however many purchases
//! there are: a statement that is prepared anew each time costs a fifth of the speed. And what
//! is prepared is what `lockbench explain` shows.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use clap::ValueEnum;
use diesel::connection::InstrumentationEvent;
use diesel::sql_types::Text;
use diesel::{Connection as _, QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::{AnyConnection, Backend};
use lockbench::model::load::Load;
use lockbench::model::order::Order;
use lockbench::model::strategy::{Dispatch, Strategy};
use lockbench::purchase::coordinator::Coordinator;
use lockbench::purchase::explain::overhear;
use lockbench::purchase::{self, Answer, attempt};
use lockbench::run::Shop;

use crate::common;

/// Buys one unit after the other, under these keys, with whatever a story adds to it.
fn buy(connection: &mut AnyConnection, strategy: Strategy, keys: RangeInclusive<i64>) {
    buy_in(connection, strategy, keys, true);
}

fn buy_in(
    connection: &mut AnyConnection,
    strategy: Strategy,
    keys: RangeInclusive<i64>,
    publishes: bool,
) {
    let coordinator = Coordinator::new(&strategy.plan(), 1, 1);
    let counter = purchase::PurchaseContext {
        publishes,
        ..purchase::PurchaseContext::new(strategy.plan(), &coordinator, 100)
    };
    for key in keys {
        let order = Order {
            key,
            item: 1,
            quantity: 1,
        };
        let answer = attempt(connection, &counter, &order.into());
        assert!(matches!(answer, Ok(Answer::Done)), "{strategy}: {answer:?}");
    }
}

/// The strategies that can be run there, each with a full shop.
fn with_each_strategy(backend: Backend, check: impl Fn(&mut AnyConnection, Strategy)) {
    let database = common::database(backend);
    let mut shop = Shop::open(&database).unwrap();
    for strategy in Strategy::value_variants() {
        if strategy.plan().refusal(backend).is_none() {
            shop.ready_for(&strategy.plan()).unwrap();
            shop.restart_in(strategy.plan().layout, &Load::default())
                .unwrap();
            check(&mut database.connect().unwrap(), *strategy);
        }
    }
}

/// How many statements a purchase has at the least.
fn least(strategy: Strategy) -> usize {
    match strategy.plan().dispatch {
        Dispatch::Statements => 2,
        Dispatch::Combined | Dispatch::Procedure => 1,
    }
}

#[derive(QueryableByName)]
struct Statement {
    #[diesel(sql_type = Text)]
    statement: String,
}

/// What this session has prepared, without the question itself.
fn prepared(connection: &mut AnyConnection) -> Vec<String> {
    let question = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%lock%' \
                    AND statement NOT LIKE '%pg_prepared%'";
    let found: Vec<Statement> = sql_query(question).load(connection).unwrap();
    found.into_iter().map(|found| found.statement).collect()
}

#[test]
fn statements_prepared_stay_constant_as_purchases_grow() {
    with_each_strategy(Backend::Postgres, |connection, strategy| {
        buy(connection, strategy, 1..=2);
        let after_two = prepared(connection).len();
        buy(connection, strategy, 3..=50);
        assert_eq!(after_two, prepared(connection).len(), "{strategy}");
        // Not a single one would mean that nothing is cached, or nothing counted.
        assert!(after_two >= least(strategy), "{strategy}: {after_two}");
    });
}

#[test]
fn what_the_server_has_prepared_is_what_explain_shows() {
    with_each_strategy(Backend::Postgres, |connection, strategy| {
        let shown = overhear(connection, strategy.plan()).unwrap();
        let shown = shown.into_iter().filter(|sent| !sent.binds.is_empty());
        let shown: BTreeSet<String> = shown.map(|sent| sent.text).collect();
        buy_in(connection, strategy, 2..=10, false);
        let prepared = BTreeSet::from_iter(prepared(connection));
        assert_eq!(prepared, shown, "{strategy}");
    });
}

#[cfg(feature = "mysql")]
#[test]
fn they_stay_constant_on_mariadb() {
    #[derive(QueryableByName)]
    struct Counter {
        #[diesel(sql_type = Text, column_name = "Value")]
        value: String,
    }
    // The question is itself prepared, each time.
    let prepared = |connection: &mut AnyConnection| -> u64 {
        let question = "SHOW SESSION STATUS LIKE 'Com_stmt_prepare'";
        let counter: Counter = sql_query(question).get_result(connection).unwrap();
        counter.value.parse().unwrap()
    };
    with_each_strategy(Backend::Mysql, |connection, strategy| {
        let before = prepared(connection);
        buy(connection, strategy, 1..=2);
        let after_two = prepared(connection) - 1;
        buy(connection, strategy, 3..=50);
        let after_fifty = prepared(connection) - 2;
        assert_eq!(after_two, after_fifty, "{strategy}");
        let least = u64::try_from(least(strategy)).unwrap();
        assert!(after_two >= before + least, "{strategy}: {after_two}");
    });
}

/// SQLite counts nothing of the kind. diesel says which statements it keeps, and what it does
/// not keep it prepares each time: so every statement with values in it must be among those.
#[test]
fn diesel_keeps_every_statement_of_a_purchase_and_prepares_none_again() {
    for backend in common::backends() {
        with_each_strategy(backend, |connection, strategy| {
            let heard = Arc::new(Mutex::new((Vec::new(), BTreeSet::new())));
            connection.set_instrumentation({
                let heard = Arc::clone(&heard);
                move |event: InstrumentationEvent<'_>| {
                    let (kept, sent) = &mut *heard.lock().unwrap();
                    match event {
                        InstrumentationEvent::CacheQuery { sql, .. } => kept.push(sql.to_owned()),
                        InstrumentationEvent::StartQuery { query, .. } => {
                            let query = query.to_string();
                            let with_values = query.split_once(" -- binds: ");
                            let with_values = with_values.filter(|(_, binds)| *binds != "[]");
                            sent.extend(with_values.map(|(sql, _)| sql.trim().to_owned()));
                        }
                        _ => {}
                    }
                }
            });
            buy(connection, strategy, 1..=20);
            let (kept, sent) = heard.lock().unwrap().clone();
            assert!(
                sent.len() >= least(strategy),
                "{strategy} on {backend}: {sent:?}"
            );
            let each_once = BTreeSet::from_iter(kept.iter().cloned());
            assert_eq!(
                kept.len(),
                each_once.len(),
                "{strategy} on {backend}: {kept:?}"
            );
            assert_eq!(each_once, sent, "{strategy} on {backend}");
        });
    }
}
