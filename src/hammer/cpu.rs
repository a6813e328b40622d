//! What this process uses of the processors.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

/// Processor time that this process has used so far, in the program and in the kernel on its
/// behalf. Its children, such as a private server, are left out.
pub(super) fn used() -> Duration {
    // Fails only for a question that does not exist.
    getrusage(UsageWho::RUSAGE_SELF).map_or(Duration::ZERO, |usage| {
        time(usage.user_time()) + time(usage.system_time())
    })
}

fn time(value: TimeVal) -> Duration {
    Duration::from_micros(u64::try_from(value.num_microseconds()).unwrap_or(0))
}
