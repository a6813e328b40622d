//! Ctrl-C, and the signals that ask for the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::system::exit::Exit;

static STOP: AtomicBool = AtomicBool::new(false);

/// How long a clean end may take: a buyer may be waiting for a lock that somebody else never
/// gives back.
const GRACE: Duration = Duration::from_secs(30);

/// Makes sure that the first Ctrl-C (or SIGTERM, or SIGHUP) sets the flag that is returned, so
/// that what was measured is still reported, and that the second, or 30 s, end the program.
/// What lockbench started is removed in both cases.
///
/// # Errors
/// The system refuses, or another handler is in place.
pub fn flag() -> Result<&'static AtomicBool> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            end();
        }
        thread::spawn(|| {
            thread::sleep(GRACE);
            end();
        });
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(&STOP)
}

fn end() -> ! {
    std::process::exit(Exit::Interrupted as i32)
}
