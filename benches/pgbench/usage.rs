//! Processor time.

use std::time::Duration;

use anyhow::Result;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// What `work` used of the processors, in this process or in the children it waited for.
pub(crate) fn used<T>(whose: UsageWho, work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let before = so_far(whose)?;
    let outcome = work()?;
    Ok((outcome, so_far(whose)?.saturating_sub(before)))
}

fn so_far(whose: UsageWho) -> Result<Duration> {
    let usage = getrusage(whose)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(micros.unsigned_abs()))
}
