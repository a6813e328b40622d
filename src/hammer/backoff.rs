//! Waiting: between attempts, while a buyer thinks, and for an order's time to come.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// The first delay before another attempt; the jitter makes it up to twice as long.
const FIRST_DELAY: Duration = Duration::from_micros(100);

/// Longer delays help nobody's throughput and ruin the slowest purchases.
const LONGEST_DELAY: Duration = Duration::from_millis(10);

/// How late a wait may notice that the run is to end.
const SLICE: Duration = Duration::from_millis(50);

/// The delays between the attempts at one order: exponential, with jitter, without an end.
pub(super) fn delays() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(FIRST_DELAY)
        .with_factor(2.0)
        .with_max_delay(LONGEST_DELAY)
        .with_jitter()
        .without_max_times()
        .build()
}

/// Sleeps until `time`, or until `stop` is set.
pub(super) fn wait_until(time: Instant, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let left = time.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        thread::sleep(left.min(SLICE));
    }
}

/// Sleeps for `time`, or until `stop` is set.
pub(super) fn pause(time: Duration, stop: &AtomicBool) {
    if !time.is_zero() {
        wait_until(Instant::now() + time, stop);
    }
}
