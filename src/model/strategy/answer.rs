//! How many orders a strategy may give up without breaking its promise.

use super::{Deployment, Isolation, Plan, Read, Strategy, Write};
use crate::db::Backend;

/// Attempts after which bad luck is no longer an excuse: with the pauses between them they take
/// more than a second.
pub const ENOUGH_ATTEMPTS: u32 = 100;

/// One order in this many may be that unlucky all the same: on a machine with ten times as much
/// work as processors, one in forty was, under optimistic on SQLite.
const ONE_IN: u64 = 4;

/// Which orders may be given up under a strategy that promises to be safe. None may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivingUp {
    /// Buyers wait for their turn, in the database or before it, and are never refused.
    Nobody,
    /// Buyers are refused when they meet, and try again: whoever has used up its attempts may
    /// give up, and where they have [`ENOUGH_ATTEMPTS`] a quarter of them.
    AfterAllAttempts,
}

impl GivingUp {
    /// How many of so many orders may be given up, where each has so many attempts.
    pub(crate) fn allowed(self, orders: u64, max_attempts: u32) -> u64 {
        match self {
            Self::Nobody => 0,
            Self::AfterAllAttempts if max_attempts < ENOUGH_ATTEMPTS => orders,
            Self::AfterAllAttempts => orders / ONE_IN,
        }
    }
}

impl Strategy {
    /// Which orders may be given up, in that deployment.
    pub(crate) fn giving_up(self, deployment: impl Into<Deployment>) -> GivingUp {
        match deployment.into().engine.backend {
            // SQLITE_BUSY can meet every transaction, whatever it does.
            Backend::Sqlite => GivingUp::AfterAllAttempts,
            Backend::Postgres | Backend::Mysql => self.plan().giving_up(),
        }
    }
}

impl Plan {
    /// Which orders may be given up on a database whose locks keep buyers waiting: they are
    /// refused only where the plan itself asks for that.
    fn giving_up(&self) -> GivingUp {
        // Of two buyers who share a lock and both write, one has to give way.
        let by_the_read = matches!(self.read, Read::ForShare | Read::Nowait | Read::SkipLocked);
        let by_the_write = self.write == Write::IfVersion;
        let by_the_level = matches!(
            self.isolation,
            Isolation::RepeatableRead | Isolation::Serializable
        );
        match by_the_read || by_the_write || by_the_level {
            true => GivingUp::AfterAllAttempts,
            false => GivingUp::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn fewer_attempts_allow_more_to_give_up_and_waiting_for_a_turn_nobody() {
        let allowed = |giving_up: GivingUp, attempts| giving_up.allowed(200, attempts);
        assert_eq!(allowed(GivingUp::Nobody, 1), 0);
        assert_eq!(allowed(GivingUp::AfterAllAttempts, 1), 200);
        assert_eq!(allowed(GivingUp::AfterAllAttempts, 100), 50);
        for backend in Backend::ALL {
            let pessimistic = Strategy::Pessimistic.giving_up(backend);
            assert_eq!(pessimistic == GivingUp::Nobody, backend != Backend::Sqlite);
        }
    }

    #[test]
    fn whoever_asks_to_be_refused_may_give_up_and_nobody_else() {
        let may = |strategy: &&Strategy| {
            strategy.giving_up(Backend::Postgres) == GivingUp::AfterAllAttempts
        };
        let names: Vec<String> = Strategy::value_variants()
            .iter()
            .filter(may)
            .map(ToString::to_string)
            .collect();
        let expected =
            "nowait skip-locked optimistic repeatable-read serializable buckets unit-rows";
        assert_eq!(names.join(" "), expected);
    }
}
