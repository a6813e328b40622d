//! What a strategy asks of the program that uses it, beyond a transaction.

use std::fmt;

use serde::Serialize;

use crate::db::Backend;
use crate::model::strategy::{Guard, Isolation, Plan, Read, Write};

/// Something that a program must have for a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Burden {
    /// A loop around the whole transaction.
    RetryLoop,
    /// A lock that is not on a row, and that every other program must take as well.
    NamedLock,
    /// The decision must fit into the UPDATE itself.
    OneStatement,
}

impl Burden {
    /// All that a plan asks for on that kind of database.
    pub fn of(plan: &Plan, backend: Backend) -> Vec<Self> {
        let level = matches!(
            plan.isolation,
            Isolation::RepeatableRead | Isolation::Serializable
        );
        let refused = matches!(plan.read, Read::Nowait | Read::SkipLocked)
            || matches!(plan.write, Write::IfVersion);
        // SQLite refuses a transaction that has read what another has written since.
        let deferred = backend == Backend::Sqlite
            && plan.isolation != Isolation::Autocommit
            && plan.read == Read::Plain;
        [
            (level || refused || deferred, Self::RetryLoop),
            (plan.guard != Guard::None, Self::NamedLock),
            (plan.claims_first(), Self::OneStatement),
        ]
        .into_iter()
        .filter_map(|(asked, burden)| asked.then_some(burden))
        .collect()
    }
}

impl fmt::Display for Burden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RetryLoop => "a loop that retries the whole transaction when it fails",
            Self::NamedLock => {
                "a lock besides those on the rows, which all other code that sells must take as well"
            }
            Self::OneStatement => "a decision that fits into the UPDATE itself",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::strategy::Strategy;

    #[test]
    fn waiting_for_a_row_asks_for_nothing_more() {
        let burdens = |strategy: Strategy, backend| Burden::of(&strategy.plan(), backend);
        let postgres = Backend::Postgres;
        assert!(burdens(Strategy::Pessimistic, postgres).is_empty());
        assert_eq!(burdens(Strategy::Optimistic, postgres), [Burden::RetryLoop]);
        assert_eq!(burdens(Strategy::Atomic, postgres), [Burden::OneStatement]);
        assert_eq!(burdens(Strategy::Advisory, postgres), [Burden::NamedLock]);
        let sqlite = Backend::Sqlite;
        assert_eq!(burdens(Strategy::Transaction, sqlite), [Burden::RetryLoop]);
        assert!(burdens(Strategy::Pessimistic, sqlite).is_empty());
    }
}
