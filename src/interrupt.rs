//! Ctrl-C, and the signals that ask for the same.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use crate::exit::Exit;

static STOP: AtomicBool = AtomicBool::new(false);

/// Sees to it that the first Ctrl-C (or SIGTERM, or SIGHUP) sets the flag that is returned, so
/// that what was measured is still reported, and that the second ends the program at once.
/// What lockbench started is removed in both cases.
///
/// # Errors
/// The system refuses, or another handler is in place.
pub fn flag() -> Result<&'static AtomicBool> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted as i32);
        }
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(&STOP)
}
