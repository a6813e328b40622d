//! The memory of a run hardly grows with the number of its orders: what an order asks for
//! follows from its number, and how it ended is a bit in a map.
//!
//! `LOCKBENCH_TEST_ORDERS=10000000 cargo test --release --test memory -- --nocapture` shows it
//! with ten million.

#![allow(clippy::print_stdout)]

use std::sync::atomic::AtomicBool;

use lockbench::db::server::ServerOptions;
use lockbench::db::{Address, Backend, Database};
use lockbench::hammer::Progress;
use lockbench::model::load::Load;
use lockbench::model::strategy::Strategy;
use lockbench::run::{Request, Shop};
use nix::sys::resource::{UsageWho, getrusage};

/// Bytes that an order may cost. Two are needed at the most; the rest is for the allocator and
/// SQLite's caches, which fill up. A list of the orders takes more than 100.
const ALLOWED: i64 = 40;

/// Enough orders for the pages that are read and most of the caches to have been full once.
const WARM_UP: i64 = 40_000;

/// How many orders there are in the larger of two runs.
fn many() -> i64 {
    match std::env::var("LOCKBENCH_TEST_ORDERS") {
        Ok(number) => number.parse().expect("LOCKBENCH_TEST_ORDERS is a number"),
        Err(_) => 160_000,
    }
}

/// The most memory that this process has had so far, in bytes.
///
/// On Linux what getrusage(2) says begins with what the process had before it became this
/// program, and that was cargo: proc(5) has the figure of this program alone.
fn peak() -> i64 {
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes: i64 = kilobytes.expect("a peak").trim().parse().expect("a figure");
        return kilobytes * 1_024;
    }
    let kilobytes = getrusage(UsageWho::RUSAGE_SELF)
        .expect("a figure")
        .max_rss();
    kilobytes * if cfg!(target_os = "macos") { 1 } else { 1_024 }
}

// The only test of this program: others would use memory at the same time.
#[test]
fn memory_hardly_grows_with_the_number_of_orders() {
    let options = ServerOptions {
        settings: ServerOptions::nothing_lasts(Backend::Sqlite),
        ..ServerOptions::default()
    };
    let database = Database::open(&Address::PrivateSqlite, &options).expect("a database");
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    let mut peak_after = |orders: i64| {
        let load = Load {
            threads: 2,
            pool: 2,
            // Half are sold to, half turned away.
            stock: orders / 2,
            orders: Some(orders),
            ..Load::default()
        };
        let request = Request::new(Strategy::Atomic, load);
        let (never, unseen) = (AtomicBool::new(false), Progress::default());
        let result = shop.run(&request, &never, &unseen).expect("a run");
        assert!(!result.violations.any(), "{result:#?}");
        assert_eq!(i64::try_from(result.outcomes.sold), Ok(orders / 2));
        peak()
    };
    let (few, many) = (many() / 20, many());
    peak_after(WARM_UP);
    let (with_few, with_many) = (peak_after(few), peak_after(many));
    println!("{few} orders: {with_few} bytes; {many} orders: {with_many} bytes");
    let each = (with_many - with_few) / (many - few);
    assert!(
        each < ALLOWED,
        "{each} bytes an order: {with_few} bytes with {few} orders, {with_many} with {many}"
    );
}
