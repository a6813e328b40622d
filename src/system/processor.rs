//! The processor that a buyer's thread runs on, and what this process uses of all of them.
//!
//! Where all processors are busy anyway, a thread that moves from one to another only leaves its
//! caches behind. Where one buyer at a time has something to do, it moves to whichever is free.

use std::time::Duration;

#[cfg(target_os = "linux")]
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
#[cfg(target_os = "linux")]
use nix::unistd::Pid;

/// The calling thread.
#[cfg(target_os = "linux")]
const THIS: Pid = Pid::from_raw(0);

/// Whether a thread can be kept to a processor on this system.
pub(crate) const CAN_PIN: bool = cfg!(target_os = "linux");

/// Keeps the calling thread to one of the processors that it may use: the next one for each
/// number, in turns. Where the system refuses, the thread runs wherever it did.
#[cfg(target_os = "linux")]
pub(crate) fn keep_to_one(number: usize) {
    let processors = may_use();
    let mut one = CpuSet::new();
    if let Some(processor) = processors.get(number % processors.len().max(1))
        && one.set(*processor).is_ok()
    {
        let _ = sched_setaffinity(THIS, &one);
    }
}

/// The processors that the calling thread may use; none where the system does not say.
#[cfg(target_os = "linux")]
fn may_use() -> Vec<usize> {
    let set = sched_getaffinity(THIS).unwrap_or_default();
    let is_in = |processor: &usize| set.is_set(*processor).unwrap_or(false);
    (0..CpuSet::count()).filter(is_in).collect()
}

/// Does nothing: see [`CAN_PIN`].
#[cfg(not(target_os = "linux"))]
pub(crate) fn keep_to_one(_number: usize) {}

/// Processor time that this process has used so far, in the program and in the kernel on its
/// behalf. Its children, such as a private server, are left out.
pub(crate) fn time_used() -> Duration {
    // Fails only for a question that does not exist.
    getrusage(UsageWho::RUSAGE_SELF).map_or(Duration::ZERO, |usage| {
        time(usage.user_time()) + time(usage.system_time())
    })
}

fn time(value: TimeVal) -> Duration {
    Duration::from_micros(u64::try_from(value.num_microseconds()).unwrap_or(0))
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread;

    use super::{keep_to_one, may_use};

    #[test]
    fn the_threads_share_the_processors_evenly() {
        let before = may_use();
        let kept = |number| {
            let pinned = thread::spawn(move || {
                keep_to_one(number);
                may_use()
            });
            pinned.join().unwrap()
        };
        let all: Vec<Vec<usize>> = (0..before.len()).map(kept).collect();
        assert!(all.iter().all(|one| one.len() == 1), "{all:?}");
        let different: BTreeSet<_> = all.concat().into_iter().collect();
        assert_eq!(different, before.iter().copied().collect());
        assert_eq!(kept(before.len()), all[0], "in turns");
        assert_eq!(may_use(), before, "nobody else's");
    }
}
