//! `--pin` keeps each buyer's thread on one processor, and nothing else of the program's.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Ends the program when the test does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

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

/// Those of a run, once its buyers are at work.
fn of_a_run(arguments: &[&str]) -> BTreeMap<String, String> {
    let run = Command::new(env!("CARGO_BIN_EXE_lockbench"))
        .args([
            "run",
            "--strategy",
            "atomic",
            "--threads",
            "4",
            "--duration",
            "60s",
        ])
        .args(["--stock", "1000000000", "--no-control"])
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    let run = Running(run);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let found = may_use(run.0.id());
        let buyers = found.keys().filter(|name| name.starts_with("buyer-"));
        if buyers.count() == 4 || Instant::now() > deadline {
            // A thread has its name before it keeps to a processor.
            thread::sleep(Duration::from_millis(200));
            return may_use(run.0.id());
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_pinned_buyer_keeps_to_one_processor() {
    let free = of_a_run(&[]);
    let pinned = of_a_run(&["--pin"]);
    let everywhere = &free["lockbench"];
    for buyer in ["buyer-1", "buyer-2", "buyer-3", "buyer-4"] {
        assert_eq!(&free[buyer], everywhere, "{free:?}");
        assert!(pinned[buyer].parse::<u32>().is_ok(), "{pinned:?}");
    }
    assert_eq!(&pinned["lockbench"], everywhere, "{pinned:?}");
    if thread::available_parallelism().unwrap().get() > 1 {
        assert_ne!(pinned["buyer-1"], pinned["buyer-2"], "{pinned:?}");
    }
}
