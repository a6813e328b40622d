//! What a client uses of the machine.

use std::time::Duration;

use anyhow::Result;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// What a client used of the machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    /// Processor time.
    pub(crate) cpu: Duration,
    /// How often one of its threads went to sleep, and another had its processor.
    pub(crate) switches: u64,
}

/// What `work` used, in this process or in the children it waited for.
pub(crate) fn used<T>(whose: UsageWho, work: impl FnOnce() -> Result<T>) -> Result<(T, Used)> {
    let before = so_far(whose)?;
    let outcome = work()?;
    let after = so_far(whose)?;
    let used = Used {
        cpu: after.cpu.saturating_sub(before.cpu),
        switches: after.switches - before.switches,
    };
    Ok((outcome, used))
}

fn so_far(whose: UsageWho) -> Result<Used> {
    let usage = getrusage(whose)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Used {
        cpu: Duration::from_micros(micros.unsigned_abs()),
        switches: usage.voluntary_context_switches().unsigned_abs(),
    })
}
