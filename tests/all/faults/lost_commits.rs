//! The link is cut around COMMIT: nobody was told how it went, and the ledger knows.

use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use lockbench::db::server::{PostgresServer, ServerOptions};
use lockbench::db::{Address, Database};
use lockbench::hammer::Progress;
use lockbench::model::load::Load;
use lockbench::model::strategy::Strategy;
use lockbench::run::result::RunResult;
use lockbench::run::{Request, Shop};

use crate::common;
use crate::common::aftermath;
use crate::common::proxy::{Cut, Proxy};

fn load() -> Load {
    Load {
        stock: 200,
        orders: Some(400),
        ..Load::default()
    }
}

/// Runs through a link that is lost in these ways, and sees to it that the books agree.
fn run(strategy: Strategy, load: &Load, cuts: &[Cut]) -> RunResult {
    let server = server();
    let proxy = Proxy::start(server.folder().to_owned(), cuts, 7);
    let address: Address = proxy.url().parse().unwrap();
    let database = Database::open(&address, &ServerOptions::default()).unwrap();
    let mut shop = Shop::open(&database).unwrap();
    proxy.begin_cutting();
    let result = common::run(&mut shop, strategy, load);
    for cut in cuts {
        assert!(proxy.count(*cut) > 0, "{cut:?} never happened: {result:#?}");
    }
    assert!(result.conflicts["connection_lost"] > 0, "{result:#?}");
    assert_eq!(result.outcomes.failed, 0, "{result:#?}");
    aftermath::assert_agrees(&mut common::postgres(&server.url()), &result);
    result
}

fn server() -> PostgresServer {
    let options = ServerOptions {
        connections: 50,
        settings: vec!["fsync=off".to_owned()],
        ..ServerOptions::default()
    };
    PostgresServer::start(&options)
        .unwrap_or_else(|error| panic!("{error:#}\nrun tests/run: it installs what is missing"))
}

#[test]
fn a_commit_that_never_arrived_is_bought_again() {
    for strategy in [Strategy::Pessimistic, Strategy::Atomic] {
        let result = run(strategy, &load(), &[Cut::Before]);
        assert_eq!(result.outcomes.sold, 200, "{result:#?}");
    }
}

#[test]
fn a_commit_whose_answer_was_lost_is_not_bought_again() {
    for strategy in [Strategy::Pessimistic, Strategy::Atomic] {
        let result = run(strategy, &load(), &[Cut::After]);
        assert_eq!(result.outcomes.sold, 200, "{result:#?}");
    }
}

#[test]
fn a_commit_that_arrives_after_its_client_has_gone_counts_once() {
    for strategy in [Strategy::Optimistic, Strategy::Serializable] {
        let result = run(strategy, &load(), &[Cut::Late]);
        assert_eq!(result.outcomes.sold, 200, "{result:#?}");
    }
}

#[test]
fn an_order_that_may_not_be_tried_again_still_learns_how_it_ended() {
    let load = Load {
        stock: 1_000,
        max_attempts: 1,
        ..load()
    };
    let result = run(
        Strategy::Pessimistic,
        &load,
        &[Cut::Before, Cut::After, Cut::Late],
    );
    // Those that never arrived, and nothing else, were given up.
    assert!(result.outcomes.gave_up > 0, "{result:#?}");
    assert_eq!(result.outcomes.sold + result.outcomes.gave_up, 400);
}

#[test]
fn a_link_with_every_kind_of_loss_sells_everything_once() {
    let cuts = [Cut::Before, Cut::After, Cut::Late];
    for strategy in [
        Strategy::Pessimistic,
        Strategy::Optimistic,
        Strategy::RepeatableRead,
        Strategy::Advisory,
    ] {
        let result = run(strategy, &load(), &cuts);
        assert_eq!(result.outcomes.sold, 200, "{result:#?}");
        assert_eq!(result.outcomes.sold_out, 200, "{result:#?}");
    }
}

/// How long it takes until buyers who all lost the server at their COMMIT have given up on it.
fn time_to_give_up(server: &PostgresServer, buyers: u32) -> Duration {
    let proxy = Proxy::start(server.folder().to_owned(), &[Cut::After], 1);
    let address: Address = proxy.url().parse().unwrap();
    let database = Database::open(&address, &ServerOptions::default()).unwrap();
    proxy.begin_cutting_for_good(buyers as usize);
    let mut shop = Shop::open(&database).unwrap();
    let load = Load {
        threads: buyers,
        pool: buyers,
        // So many that nobody waits for another's, and all come as far as their COMMIT.
        items: 1_000,
        orders: Some(buyers.into()),
        ..load()
    };
    let request = Request::new(Strategy::Pessimistic, load);
    let began = Instant::now();
    let outcome = shop.run(&request, &AtomicBool::new(false), &Progress::default());
    let error = outcome.expect_err("no result without an audit");
    assert!(format!("{error:#}").contains("no result"), "{error:#}");
    assert_eq!(proxy.count(Cut::After), buyers as usize);
    began.elapsed()
}

#[test]
fn a_server_that_does_not_come_back_is_not_waited_for_anew_for_every_order() {
    let servers = [server(), server()];
    let times = thread::scope(|scope| {
        let few = scope.spawn(|| time_to_give_up(&servers[0], 1));
        let many = scope.spawn(|| time_to_give_up(&servers[1], 12));
        [few.join().unwrap(), many.join().unwrap()]
    });
    assert!(times[1] < 2 * times[0], "{times:?}");
}
