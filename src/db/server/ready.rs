//! Waiting for a private server to answer.

use std::fmt::Display;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::watcher::{ENDED, LOG};

/// How long a server may take to answer. Two seconds are usual, with making its data; on a machine
/// that does thirty other things it was more than thirty. One that fails says so by ending.
const READY: Duration = Duration::from_secs(300);

/// Waits until the server in `folder` answers a real start-up packet: the socket is there
/// before that.
///
/// # Errors
/// The server ended or did not answer in time, with the last that it printed.
pub(super) fn wait<T, E: Display>(
    product: &str,
    folder: &Path,
    connect: impl Fn() -> Result<T, E>,
) -> Result<()> {
    let deadline = Instant::now() + READY;
    loop {
        let refusal = match connect() {
            Ok(_) => return Ok(()),
            Err(refusal) => refusal,
        };
        if folder.join(ENDED).exists() {
            bail!(
                "the private {product} server could not be started: {}",
                last_words(folder)
            );
        }
        if Instant::now() > deadline {
            bail!(
                "the private {product} server did not answer within {} s: {refusal}; {}",
                READY.as_secs(),
                last_words(folder)
            );
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn last_words(folder: &Path) -> String {
    let log = std::fs::read_to_string(folder.join(LOG)).unwrap_or_default();
    // MariaDB says much to help behind what it calls an error.
    let mut lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("[ERROR]"))
        .collect();
    if lines.is_empty() {
        lines = log.lines().collect();
    }
    lines[lines.len().saturating_sub(3)..].join(" / ")
}
