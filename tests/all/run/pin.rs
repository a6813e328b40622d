//! `--pin` keeps each buyer's thread on one processor, and nothing else of the program's.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::Duration;

use crate::common::program::{PATIENCE, Program, wait_for};

/// The processors that each thread of the program may use, by the threads' names.
fn may_use(process: u32) -> BTreeMap<String, String> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return BTreeMap::new();
    };
    let of = |thread: std::path::PathBuf| {
        let name = fs::read_to_string(thread.join("comm")).ok()?;
        let status = fs::read_to_string(thread.join("status")).ok()?;
        let mut lines = status.lines();
        let list = lines.find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
        Some((name.trim().to_owned(), list.trim().to_owned()))
    };
    let paths = threads.filter_map(|thread| Some(thread.ok()?.path()));
    paths.filter_map(of).collect()
}

/// Those of a run, once its buyers are there, and are as they are to be.
fn of_a_run(arguments: &[&str], as_wanted: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
    let load = ["--strategy", "atomic", "--threads", "4"];
    let long = ["--duration", "60s", "--stock", "1000000000"];
    let run = Program::start(&[&load, &long, arguments].concat());
    let mut found = BTreeMap::new();
    wait_for("the buyers", PATIENCE, || {
        found = may_use(run.id());
        let buyers = found.iter().filter(|(name, _)| name.starts_with("buyer-"));
        // A thread has its name before it keeps to a processor.
        buyers
            .filter(|(_, processors)| as_wanted(processors))
            .count()
            == 4
    });
    thread::sleep(Duration::from_millis(200));
    may_use(run.id())
}

fn is_one(processors: &str) -> bool {
    processors.parse::<u32>().is_ok()
}

#[test]
fn a_pinned_buyer_keeps_to_one_processor() {
    let free = of_a_run(&[], |_| true);
    let pinned = of_a_run(&["--pin"], is_one);
    let everywhere = &free["lockbench"];
    for buyer in ["buyer-1", "buyer-2", "buyer-3", "buyer-4"] {
        assert_eq!(&free[buyer], everywhere, "{free:?}");
        assert!(is_one(&pinned[buyer]), "{pinned:?}");
    }
    assert_eq!(&pinned["lockbench"], everywhere, "{pinned:?}");
    if thread::available_parallelism().unwrap().get() > 1 {
        assert_ne!(pinned["buyer-1"], pinned["buyer-2"], "{pinned:?}");
    }
}
