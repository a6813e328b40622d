//! How many round trips a plan makes while it holds the lock.

use crate::model::strategy::{Dispatch, Guard, Isolation, Layout, Plan, Read, Write};

/// What happens while a plan holds the lock on an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderLock {
    /// Round trips.
    pub count: u32,
    /// Whether the buyer thinks (`--hold`) in between.
    pub thinking: bool,
}

/// Round trips from the statement that takes the lock, when the server has it, until the server
/// has let go of it; `None` for a plan whose buyers do not wait for a lock, and so are held up by
/// conflicts and not by each other.
///
/// | plan | statements while the lock is held | k |
/// |---|---|---:|
/// | the one statement commits by itself | | 0 |
/// | a procedure in the database | | 0 |
/// | conditional UPDATE in a transaction | INSERT, COMMIT | 2 |
/// | SELECT … FOR UPDATE | UPDATE, INSERT, COMMIT | 3 |
/// | mutex, or a gate for one | BEGIN, SELECT, UPDATE, INSERT, COMMIT | 5 |
/// | advisory lock | the same, and giving it back | 6 |
///
/// An event in the outbox is one more.
pub fn round_trips(plan: &Plan, publishes: bool) -> Option<UnderLock> {
    match (plan.layout, plan.dispatch) {
        (Layout::OneRow, Dispatch::Statements) => {}
        // The lock is taken and given back inside one message.
        (Layout::OneRow, Dispatch::Procedure) => {
            return Some(UnderLock {
                count: 0,
                thinking: false,
            });
        }
        // One lock serves many buyers, or an item has many of them.
        _ => return None,
    }
    let transaction = plan.isolation != Isolation::Autocommit;
    let reads = u32::from(plan.read != Read::None);
    // INSERT into the ledger, and an event.
    let records = 1 + u32::from(publishes);
    // The whole purchase, of which BEGIN and COMMIT are two.
    let whole = 2 * u32::from(transaction) + reads + 1 + records;
    let under = |count, thinking| Some(UnderLock { count, thinking });
    // A gate for one holds up the others as a mutex does.
    let is_narrow = plan.gate.is_some_and(|places| places.get() == 1);
    match plan.guard {
        Guard::None if is_narrow => return under(whole, true),
        Guard::Mutex => return under(whole, true),
        Guard::Advisory => return under(whole + 1, true),
        Guard::None => {}
        _ => return None,
    }
    // A snapshot that is too old fails instead of waiting.
    if !matches!(
        plan.isolation,
        Isolation::Autocommit | Isolation::ReadCommitted
    ) {
        return None;
    }
    let write_waits = matches!(plan.write, Write::IfEnough | Write::Subtract);
    match plan.read {
        Read::ForUpdate if transaction => under(records + 2, true),
        // What was read may have changed: only a write that looks for itself is worth a figure.
        Read::None | Read::Plain | Read::ForUpdate if write_waits => {
            under(if transaction { records + 1 } else { 0 }, false)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::model::strategy::Strategy;

    fn count(strategy: Strategy, publishes: bool) -> Option<u32> {
        round_trips(&strategy.plan(), publishes).map(|under| under.count)
    }

    #[test]
    fn the_plan_decides_how_long_the_lock_is_held() {
        assert_eq!(count(Strategy::Atomic, false), Some(2));
        assert_eq!(count(Strategy::Pessimistic, false), Some(3));
        assert_eq!(count(Strategy::Mutex, false), Some(5));
        assert_eq!(count(Strategy::Advisory, false), Some(6));
        assert_eq!(count(Strategy::Procedure, true), Some(0));
        assert_eq!(count(Strategy::Atomic, true), Some(3));
        let gated = Plan {
            gate: NonZeroU32::new(1),
            ..Strategy::Optimistic.plan()
        };
        assert_eq!(round_trips(&gated, false).map(|under| under.count), Some(5));
        let alone = Plan {
            isolation: Isolation::Autocommit,
            ..Strategy::Atomic.plan()
        };
        assert_eq!(round_trips(&alone, false).map(|under| under.count), Some(0));
    }

    #[test]
    fn a_plan_that_does_not_wait_has_no_ceiling() {
        for strategy in [
            Strategy::Optimistic,
            Strategy::RepeatableRead,
            Strategy::Serializable,
            Strategy::Nowait,
            Strategy::SkipLocked,
            Strategy::Leader,
            Strategy::Combine,
            Strategy::Buckets,
            Strategy::UnitRows,
        ] {
            assert_eq!(count(strategy, false), None, "{strategy}");
        }
    }
}
