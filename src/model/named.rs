//! A row with a name: a strategy or a mistake.

use std::fmt;
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::model::mistake::Mistake;
use crate::model::strategy::{Deployment, GivingUp, Plan, Promise, Strategy};

/// A row with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A way to sell that is meant to be used, or is often met.
    Strategy(Strategy),
    /// A way to sell that looks right and is not.
    Mistake(Mistake),
}

impl Named {
    /// All strategies, or all mistakes.
    pub fn all(mistakes: bool) -> impl Iterator<Item = Self> {
        Self::value_variants()
            .iter()
            .copied()
            .filter(move |row| matches!(row, Self::Mistake(_)) == mistakes)
    }

    /// What there is to say about it: a heading and a text each.
    pub fn lesson(self) -> [(&'static str, &'static str); 3] {
        match self {
            Self::Strategy(strategy) => {
                let lesson = strategy.lesson();
                [
                    ("The idea", lesson.idea),
                    ("When it fails", lesson.fails),
                    ("What it costs", lesson.cost),
                ]
            }
            Self::Mistake(mistake) => {
                let lesson = mistake.lesson();
                [
                    ("Why it looks right", lesson.looks_right),
                    ("Who made it", lesson.who),
                    ("The fix", lesson.fix),
                ]
            }
        }
    }

    /// What it does, in a line.
    pub fn summary(self) -> String {
        match self {
            Self::Strategy(strategy) => strategy.summary(),
            Self::Mistake(mistake) => mistake.summary(),
        }
    }

    /// The row: guard, isolation, read, write.
    pub fn plan(self) -> Plan {
        match self {
            Self::Strategy(strategy) => strategy.plan(),
            Self::Mistake(mistake) => mistake.plan(),
        }
    }

    /// What comes of it in that deployment; `None` where it cannot be run.
    pub fn promise(self, deployment: impl Into<Deployment>) -> Option<Promise> {
        match self {
            Self::Strategy(strategy) => strategy.promise(deployment),
            Self::Mistake(mistake) => mistake.promise(deployment),
        }
    }

    /// Which orders may be given up, in that deployment.
    pub(crate) fn giving_up(self, deployment: impl Into<Deployment>) -> GivingUp {
        match self {
            Self::Strategy(strategy) => strategy.giving_up(deployment),
            Self::Mistake(_) => GivingUp::AfterAllAttempts,
        }
    }

    /// The name of a row, if it has one.
    pub fn of(plan: &Plan) -> Option<Self> {
        let strategy = Strategy::named(plan).map(Self::Strategy);
        strategy.or_else(|| Mistake::named(plan).map(Self::Mistake))
    }
}

impl From<Strategy> for Named {
    fn from(strategy: Strategy) -> Self {
        Self::Strategy(strategy)
    }
}

impl From<Mistake> for Named {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}

impl ValueEnum for Named {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Named>> = LazyLock::new(|| {
            let strategies = Strategy::value_variants().iter().copied();
            let mistakes = Mistake::value_variants().iter().copied();
            strategies
                .map(Named::Strategy)
                .chain(mistakes.map(Named::Mistake))
                .collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Strategy(strategy) => strategy.to_possible_value(),
            Self::Mistake(mistake) => mistake.to_possible_value(),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Strategy(strategy) => strategy.fmt(f),
            Self::Mistake(mistake) => mistake.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_rows_have_one_name_or_one_plan() {
        for named in Named::value_variants() {
            assert_eq!(Named::of(&named.plan()), Some(*named));
            assert_eq!(Named::from_str(&named.to_string(), false), Ok(*named));
        }
    }
}
