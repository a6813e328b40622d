//! What a server and the way to it cost, measured on one row of our own.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use diesel::QueryResult;
use diesel::result::Error;

use crate::db::{AnyConnection, Database, IsolationLevel, transaction};
use crate::tables::item;

/// How long each of the three may take to measure: all of them a tenth of a second.
const PATIENCE: Duration = Duration::from_millis(30);

/// No more samples than these are needed.
const SAMPLES: usize = 200;

/// For the waiter to have sent its statement and be waiting.
const SETTLE: Duration = Duration::from_micros(400);

/// The row that is written to.
const ITEM: i64 = 1;

/// What a server and the way to it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// A statement that finds one row by its key, there and back.
    pub round_trip: Duration,
    /// A transaction that writes one row, by itself, but for its round trips.
    pub commit: Duration,
    /// From the end of a commit until the next, who has waited for the row, has it.
    pub hand_over: Duration,
}

impl Costs {
    /// Measures them, with item 1 as the row.
    ///
    /// # Errors
    /// Whatever the database answers.
    #[doc(hidden)]
    pub fn measure(database: &Database, connection: &mut AnyConnection) -> Result<Self> {
        let failed = "the round trips to the database could not be timed";
        let mut other = database.connect()?;
        let read = |connection: &mut AnyConnection| item::read(connection, ITEM, None);
        let (round_trip, alone, hand_over) = wide_awake(|| {
            let round_trip = quantile(2, || timed(|| read(connection)))?;
            let alone = quantile(2, || timed(|| write(connection)))?;
            // Two threads take part in it: whatever else is at work makes it longer.
            let hand_over = quantile(4, || hand_over(connection, &mut other))?;
            Ok::<_, Error>((round_trip, alone, hand_over))
        })
        .context(failed)?;
        Ok(Self {
            round_trip,
            // BEGIN, the write, and COMMIT.
            commit: alone.saturating_sub(round_trip * 3),
            hand_over,
        })
    }

    /// What is typical of several measurements: the median of each; `None` of none.
    pub(crate) fn typical(all: &[Self]) -> Option<Self> {
        let median = |of: fn(&Self) -> Duration| part_of(all.iter().map(of).collect(), 2);
        Some(Self {
            round_trip: median(|costs| costs.round_trip)?,
            commit: median(|costs| costs.commit)?,
            hand_over: median(|costs| costs.hand_over)?,
        })
    }

    /// From one sale to the next, with so many round trips under the lock.
    #[doc(hidden)]
    pub fn cycle(&self, round_trips: u32) -> Duration {
        self.round_trip * round_trips + self.commit + self.hand_over
    }
}

/// Does `work` while no processor falls asleep. Among many buyers none does, and to wake one
/// takes several times as long as a round trip, on a virtual machine above all.
fn wide_awake<T>(work: impl FnOnce() -> T) -> T {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                // Whoever has something to do goes first.
                while !done.load(Relaxed) {
                    thread::yield_now();
                }
            });
        }
        let _done = Sets(&done);
        work()
    })
}

/// Sets it at the end, which may be a panic.
struct Sets<'a>(&'a AtomicBool);

impl Drop for Sets<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// A transaction that writes one row.
fn write(connection: &mut AnyConnection) -> QueryResult<()> {
    transaction::begin(connection, IsolationLevel::ReadCommitted, None)?;
    let written = item::subtract(connection, ITEM, 0);
    match written {
        Ok(_) => transaction::commit(connection),
        Err(error) => {
            transaction::rollback(connection);
            Err(error)
        }
    }
}

/// How much later than the commit's end it is known to `waiter`, who waits for the same row.
fn hand_over(holder: &mut AnyConnection, waiter: &mut AnyConnection) -> QueryResult<Duration> {
    transaction::begin(holder, IsolationLevel::ReadCommitted, None)?;
    let held = item::subtract(holder, ITEM, 0);
    let (begin, begun) = mpsc::channel();
    let (ended, got) = thread::scope(|scope| {
        let waiting = scope.spawn(move || {
            let _ = begin.send(());
            let got = item::subtract(waiter, ITEM, 0);
            (got, Instant::now())
        });
        let _ = begun.recv();
        thread::sleep(SETTLE);
        let ended = held.and_then(|_| transaction::commit(holder));
        let ended = (ended, Instant::now());
        if ended.0.is_err() {
            transaction::rollback(holder);
        }
        (ended, waiting.join())
    });
    ended.0?;
    match got {
        Ok((got, at)) => got.map(|_| at.saturating_duration_since(ended.1)),
        Err(_) => Ok(Duration::ZERO),
    }
}

fn timed<T>(work: impl FnOnce() -> QueryResult<T>) -> QueryResult<Duration> {
    let began = Instant::now();
    work().map(|_| began.elapsed())
}

/// What a half, or another `part`, of the samples stays below, of as many as there is time for.
/// The first one, which prepares the statements, does not count.
fn quantile(
    part: usize,
    mut sample: impl FnMut() -> QueryResult<Duration>,
) -> QueryResult<Duration> {
    sample()?;
    let deadline = Instant::now() + PATIENCE;
    let mut samples = vec![sample()?];
    while samples.len() < SAMPLES && Instant::now() < deadline {
        samples.push(sample()?);
    }
    Ok(part_of(samples, part).unwrap_or_default())
}

/// What a half, or another `part`, of the times stays below; `None` of none.
fn part_of(mut times: Vec<Duration>, part: usize) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / part).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_that_was_disturbed_does_not_decide() {
        let of = |micros: u64| Costs {
            round_trip: Duration::from_micros(micros),
            commit: Duration::from_micros(2 * micros),
            hand_over: Duration::ZERO,
        };
        assert_eq!(Costs::typical(&[of(31), of(900), of(30)]), Some(of(31)));
        assert_eq!(Costs::typical(&[]), None);
    }
}
