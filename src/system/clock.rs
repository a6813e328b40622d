//! The system's clock, which all processes of a machine share.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, in microseconds of the system's clock.
pub fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| {
        u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
    })
}
