//! How far a long exploration is, on stderr: so that whoever ends it in the middle, with Ctrl-C
//! or a time limit of CI's, is left with what it had found.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::explore::Token;

/// How long after one line the next comes on a terminal. In a log each comes after twice the time.
const PAUSE: Duration = Duration::from_secs(5);

/// When the next line is due.
pub(super) struct Progress {
    began: Instant,
    next: Duration,
    /// The test's name, which libtest gives its thread: several explore at once.
    name: Option<String>,
}

impl Progress {
    /// The first line is due after `first`; never with [`Duration::MAX`].
    pub(super) fn new(first: Duration) -> Self {
        let name = std::thread::current().name().map(str::to_owned);
        Self {
            began: Instant::now(),
            next: first,
            name: name.filter(|name| name != "main"),
        }
    }

    /// Says how far it is, if that is due.
    pub(super) fn tell(&mut self, schedules: u64, broken: u64, shortest: Option<&Token>) {
        let elapsed = self.began.elapsed();
        if elapsed < self.next {
            return;
        }
        let mut stderr = io::stderr();
        self.next = if stderr.is_terminal() {
            elapsed.saturating_add(PAUSE)
        } else {
            elapsed.saturating_mul(2)
        };
        let line = line(self.name.as_deref(), elapsed, schedules, broken, shortest);
        // Not `eprintln!`, which libtest keeps until the test has ended. Nobody to read it is
        // no reason to stop.
        let _ = writeln!(stderr, "{line}");
    }
}

fn line(
    name: Option<&str>,
    elapsed: Duration,
    schedules: u64,
    broken: u64,
    shortest: Option<&Token>,
) -> String {
    let name = name.map(|name| format!("{name}: ")).unwrap_or_default();
    let found = match shortest {
        Some(token) => format!("{broken} of them broken, the shortest is {token}"),
        None => "none of them broken".to_owned(),
    };
    format!(
        "lockbench: {name}{schedules} schedules in {} s, {found}",
        elapsed.as_secs()
    )
}
