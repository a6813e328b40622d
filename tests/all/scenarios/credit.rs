//! Ten browser windows of one user press "buy this book" at once: the balance pays for no more
//! than it holds, and others hear of each sale exactly once.

use lockbench::db::{Backend, Database};
use lockbench::model::load::Load;
use lockbench::model::scenario::Scenario;
use lockbench::model::strategy::Strategy;
use lockbench::model::verdict::Verdict;
use lockbench::run::result::RunResult;
use lockbench::run::{Request, Shop};

use crate::common;
use crate::common::books::{assert_balanced, sums};
use crate::common::stories::{number, run_until, servers};

fn ten_windows(strategy: Strategy) -> Request {
    Request {
        scenario: Scenario::Credit,
        ..Request::new(strategy, Scenario::Credit.load())
    }
}

/// Sees to it that the balance is what the books truly bought have left of it, and that there
/// is an event for each of them.
fn assert_paid_for(database: &Database, result: &RunResult) {
    assert_balanced(database, result);
    let balance = sums(database, result.load.stock).left;
    let prices = "CAST(COALESCE(SUM(-delta), 0) AS ";
    let whole = match database.backend() {
        Backend::Mysql => "SIGNED",
        Backend::Sqlite | Backend::Postgres => "BIGINT",
    };
    let prices = number(database, &format!("{prices}{whole}) FROM lockbench_ledger"));
    assert_eq!(balance, result.stock.initial - prices, "{result:#?}");
    assert!(balance >= 0, "{result:#?}");
    let events = number(database, "COUNT(*) FROM lockbench_outbox");
    let of_sales = number(
        database,
        "COUNT(DISTINCT o.order_key) FROM lockbench_outbox AS o \
         JOIN lockbench_ledger AS l ON l.order_key = o.order_key AND l.delta < 0 \
         WHERE o.event = 'purchase_succeeded'",
    );
    let sales = i64::try_from(result.outcomes.sold).unwrap();
    assert_eq!((events, of_sales), (sales, sales), "{result:#?}");
    assert_eq!(result.events_published, Some(result.outcomes.sold));
}

#[test]
fn the_story_has_ten_windows_and_books_with_prices() {
    let load = Scenario::Credit.load();
    assert_eq!(load.threads, 10);
    assert!(load.quantity.least < load.quantity.most);
}

#[test]
fn naive_spends_more_than_there_is() {
    for backend in common::backends() {
        let database = common::database(backend);
        let result = run_until(
            &database,
            &ten_windows(Strategy::Naive),
            |_| {},
            |result| result.violations.overspent > 0,
        );
        assert_eq!(result.violations.oversold, 0, "{result:#?}");
        assert_eq!(result.verdict, Verdict::Unsafe, "{result:#?}");
        // That is an event too many for nobody: each of these books was sold.
        let events = number(&database, "COUNT(*) FROM lockbench_outbox");
        assert_eq!(u64::try_from(events).unwrap(), result.outcomes.sold);
    }
}

fn assert_each_safe_strategy_pays(backend: Backend) {
    let database = common::database(backend);
    let mut shop = Shop::open(&database).unwrap();
    for strategy in common::safe_strategies(backend) {
        for seed in 1..=3 {
            let request = ten_windows(strategy);
            let load = Load {
                seed,
                ..request.load.clone()
            };
            let result = common::run_request(&mut shop, &Request { load, ..request });
            assert_eq!(result.verdict, Verdict::Safe, "{strategy}: {result:#?}");
            assert!(result.outcomes.sold > 5, "{strategy}: {result:#?}");
            assert_paid_for(&database, &result);
        }
    }
}

#[test]
fn each_safe_strategy_spends_what_there_is_on_sqlite() {
    assert_each_safe_strategy_pays(Backend::Sqlite);
}

#[test]
fn each_safe_strategy_spends_what_there_is_on_postgres() {
    assert_each_safe_strategy_pays(Backend::Postgres);
}

#[cfg(feature = "mysql")]
#[test]
fn each_safe_strategy_spends_what_there_is_on_mariadb() {
    assert_each_safe_strategy_pays(Backend::Mysql);
}

#[test]
fn windows_on_two_servers_share_one_balance() {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).unwrap();
    for strategy in [
        Strategy::Pessimistic,
        Strategy::Optimistic,
        Strategy::Atomic,
    ] {
        let request = Request {
            servers: Some(servers(2)),
            ..ten_windows(strategy)
        };
        let result = common::run_request(&mut shop, &request);
        assert_eq!(result.verdict, Verdict::Safe, "{strategy}: {result:#?}");
        assert_paid_for(&database, &result);
    }
}

#[test]
fn the_report_speaks_of_credit() {
    let done = common::lockbench()
        .args(["run", "--scenario", "credit", "--strategy", "atomic"])
        .args(["--database", &common::postgres_url()])
        .assert()
        .success();
    let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    assert!(text.starts_with("200 credits in the account, "), "{text}");
    assert!(
        text.contains(": nothing overspent, nothing lost\n"),
        "{text}"
    );
    assert!(
        text.contains("The same load makes naive fail (overspent by "),
        "{text}"
    );
}
