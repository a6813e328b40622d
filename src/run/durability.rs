//! Tells what a server lost from what a strategy did wrong.
//!
//! No locking preserves what the server itself throws away. A crash under settings that allow
//! commits to be lost says nothing about a strategy; under settings that promise durable
//! commits, the same loss is a broken promise.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::db::Endurance;
use crate::model::scenario::Words;
use crate::model::strategy::{Isolation, Plan};
use crate::run::audit::Violations;

/// What a server had to say at the end that it did not say at the beginning.
#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lasting {
    restarted: bool,
    may_lose: BTreeMap<String, String>,
}

/// Whether what was committed had to last, and what did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Durability {
    /// Whether the server started anew, recovered from a crash or gave way to another meanwhile.
    pub restarted: bool,
    /// Settings under which it may then lose what was committed, and their values; empty where
    /// it promises to keep everything.
    pub may_lose: BTreeMap<String, String>,
    /// What is wrong and may be such a loss. The other violations do not count it.
    pub losses: Violations,
}

impl Lasting {
    /// What has happened to a server between two looks at it.
    #[doc(hidden)]
    pub fn between(before: Option<&Endurance>, now: &Endurance) -> Self {
        let mut may_lose = now.may_lose.clone();
        let Some(before) = before else {
            let restarted = false;
            return Self {
                restarted,
                may_lose,
            };
        };
        may_lose.extend(before.may_lose.clone());
        let failed_over = before.identity != now.identity;
        if failed_over {
            may_lose.extend(before.may_lose_in_failover.clone());
        }
        Self {
            restarted: failed_over || before.alive_since != now.alive_since,
            may_lose,
        }
    }

    /// Why the server may have lost commits; `None` where it may not.
    #[doc(hidden)]
    pub fn excuse(&self) -> Option<String> {
        (self.restarted && !self.may_lose.is_empty()).then(|| excuse(&self.may_lose))
    }
}

/// What a restart under such settings means.
fn excuse(may_lose: &BTreeMap<String, String>) -> String {
    format!(
        "the server restarted during the run, and {} allows it to lose commits",
        listed(may_lose)
    )
}

/// The settings, as in "synchronous_commit=off".
fn listed(may_lose: &BTreeMap<String, String>) -> String {
    let settings: Vec<String> = may_lose
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    settings.join(", ")
}

impl Durability {
    /// Takes out of `violations` what the loss of commits explains under that plan, where the
    /// server restarted under settings that allow it.
    #[doc(hidden)]
    pub fn take_from(violations: &mut Violations, plan: &Plan, lasting: Lasting) -> Self {
        let Lasting {
            restarted,
            may_lose,
        } = lasting;
        let losses = if restarted && !may_lose.is_empty() {
            let together = plan.isolation != Isolation::Autocommit;
            violations.take_lost_commits(together)
        } else {
            Violations::default()
        };
        Self {
            restarted,
            may_lose,
            losses,
        }
    }

    /// Whether anything may have been lost by the server.
    #[doc(hidden)]
    pub fn has_losses(&self) -> bool {
        self.losses.any()
    }

    /// Adds that of another run.
    pub(crate) fn add(&mut self, other: &Self) {
        self.restarted |= other.restarted;
        self.may_lose.extend(other.may_lose.clone());
        self.losses.add(&other.losses);
    }

    /// The settings, as in "synchronous_commit=off".
    #[doc(hidden)]
    pub fn settings(&self) -> String {
        listed(&self.may_lose)
    }

    /// Why that says nothing about a strategy; `None` where nothing was lost.
    #[doc(hidden)]
    pub fn sentence(&self, words: &Words) -> Option<String> {
        self.has_losses().then(|| {
            format!(
                "{}: that may be the cause of {}",
                excuse(&self.may_lose),
                self.losses.in_words(words).join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::strategy::Strategy;

    fn endurance(alive_since: &str, may_lose: &[(&str, &str)]) -> Endurance {
        let pairs = may_lose.iter();
        Endurance {
            alive_since: Some(alive_since.to_owned()),
            may_lose: pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Endurance::default()
        }
    }

    #[test]
    fn only_a_restart_under_weak_settings_excuses_anything() {
        let weak = [("synchronous_commit", "off")];
        let found = Violations {
            missing_sales: 4,
            oversold: 1,
            ..Violations::default()
        };
        for (before, now, excused) in [
            (endurance("1", &weak), endurance("2", &weak), true),
            (endurance("1", &weak), endurance("1", &weak), false),
            (endurance("1", &[]), endurance("2", &[]), false),
            (endurance("1", &weak), endurance("2", &[]), true),
        ] {
            let mut violations = found;
            let lasting = Lasting::between(Some(&before), &now);
            let plan = Strategy::Atomic.plan();
            let durability = Durability::take_from(&mut violations, &plan, lasting);
            assert_eq!(durability.has_losses(), excused, "{before:?} {now:?}");
            assert_eq!(violations.missing_sales, if excused { 0 } else { 4 });
            assert_eq!(violations.oversold, 1, "no lost commit oversells");
        }
    }

    #[test]
    fn a_failover_needs_a_standby_that_had_everything() {
        let mut before = endurance("1", &[]);
        before.identity = Some("1".to_owned());
        let name = "synchronous_standby_names".to_owned();
        before.may_lose_in_failover.insert(name, String::new());
        let mut now = endurance("2", &[]);
        now.identity = before.identity.clone();
        let same = Lasting::between(Some(&before), &now);
        assert!(same.restarted && same.may_lose.is_empty(), "{same:?}");
        now.identity = Some("2".to_owned());
        let other = Lasting::between(Some(&before), &now);
        assert!(other.restarted && !other.may_lose.is_empty(), "{other:?}");
    }
}
