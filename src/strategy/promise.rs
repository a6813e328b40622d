//! What a strategy promises.

use std::fmt;

use serde::Serialize;

use super::{Isolation, Plan, Setting, Write};

/// What a strategy promises on a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// Nothing is oversold, lost or counted twice.
    Safe,
    /// It will sell too much as soon as buyers meet.
    Unsafe,
    /// Nothing is lost, but buyers wait for each other until one is shot.
    Deadlocks,
    /// Nothing is lost, but buyers give up whom trying again would have served.
    GivesUp,
}

impl Promise {
    /// What is left of a promise about rows where taking has an effect outside the database,
    /// which no rollback takes back: a strategy that notices the other buyer only at the write
    /// has billed by then.
    pub(crate) fn for_effects_too(self, plan: &Plan, setting: Setting) -> Self {
        if !setting.bills {
            return self;
        }
        let autocommit = plan.isolation == Isolation::Autocommit;
        let safe = if setting.idempotent {
            // The second bill is none, and the second mark is refused by its key; without a
            // transaction what had been written before that stays.
            !(autocommit && (setting.killed || plan.write == Write::Subtract))
        } else {
            !setting.killed && plan.admits_one_at_a_time(setting.servers, setting.slots)
        };
        if safe { Self::Safe } else { Self::Unsafe }
    }

    /// Whether nothing is to be oversold, lost or counted twice, whatever else may go wrong.
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
