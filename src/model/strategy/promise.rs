//! What a strategy promises.

use std::fmt;

use serde::Serialize;

use super::{Deployment, Isolation, Plan, Write};

/// What a strategy promises on a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// Nothing is oversold, lost or counted twice.
    Safe,
    /// It oversells as soon as buyers collide.
    Unsafe,
    /// Nothing is lost, but buyers deadlock until the database aborts one of them.
    Deadlocks,
    /// Nothing is lost, but buyers give up who would have been served on a retry.
    GivesUp,
}

impl Promise {
    /// What is left of a promise about rows where taking has an effect outside the database,
    /// which no rollback can undo: a strategy that notices the other buyer only at the write
    /// has already billed by then.
    pub(crate) fn for_effects_too(self, plan: &Plan, deployment: Deployment) -> Self {
        if !deployment.bills {
            return self;
        }
        let autocommit = plan.isolation == Isolation::Autocommit;
        let safe = if deployment.idempotent {
            // The second bill is none, and the second mark is refused by its key; without a
            // transaction what had been written before that stays.
            !(autocommit && (deployment.killed || plan.write == Write::Subtract))
        } else {
            !deployment.killed && plan.admits_one_at_a_time(deployment.servers, deployment.slots)
        };
        if safe { Self::Safe } else { Self::Unsafe }
    }

    /// Whether nothing is to be oversold, lost or counted twice, whatever else may go wrong.
    #[doc(hidden)]
    pub fn is_sound(self) -> bool {
        self != Self::Unsafe
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Deadlocks => "deadlocks",
            Self::GivesUp => "gives up",
        })
    }
}
