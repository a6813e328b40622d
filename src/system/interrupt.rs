//! Ctrl-C, and the signals that ask for the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::system::exit::Exit;

static STOP: AtomicBool = AtomicBool::new(false);

/// How long a clean end may take: a buyer may be waiting for a lock that somebody else never
/// gives back.
const GRACE: Duration = Duration::from_secs(30);

/// Held while a file is being written: an end in the middle would leave half of it.
static WRITING: Mutex<()> = Mutex::new(());

/// How long an end waits for that. A file can be a pipe that nobody reads.
const WRITE: Duration = Duration::from_secs(5);

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

/// Writes a file that no signal cuts in half.
pub fn uncut<T>(write: impl FnOnce() -> T) -> T {
    // Nothing is in there that a panic could have spoilt.
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    write()
}

fn end() -> ! {
    let _nothing_half = wait_for_the_file(WRITE);
    std::process::exit(Exit::Interrupted as i32)
}

/// Waits until no file is being written, at most for `time`, and lets none begin after that.
fn wait_for_the_file(time: Duration) -> Option<MutexGuard<'static, ()>> {
    let deadline = Instant::now() + time;
    loop {
        match WRITING.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(guard)) => return Some(guard.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return None,
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn an_end_waits_for_the_file_that_is_being_written_but_not_for_ever() {
        let (begun, has_begun) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let writer = thread::spawn(move || {
            uncut(|| {
                begun.send(()).unwrap();
                may_go_on.recv().unwrap();
            });
        });
        has_begun.recv().unwrap();
        assert!(wait_for_the_file(Duration::from_millis(10)).is_none());
        go_on.send(()).unwrap();
        writer.join().unwrap();
        assert!(wait_for_the_file(Duration::ZERO).is_some());
    }
}
