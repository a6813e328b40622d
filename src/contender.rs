//! What is put to the test: a strategy or a mistake, perhaps with some of its choices replaced.

use serde::Serialize;

use crate::named::Named;
use crate::strategy::{Guard, Isolation, Plan, Promise, Read, Setting, Strategy, Write};

/// A plan and the name it goes by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contender {
    /// The strategy's name, with what was replaced in it.
    pub name: String,
    /// Its four choices.
    #[serde(flatten)]
    pub plan: Plan,
    /// What it promises is what the row promises that has its name, if any has.
    #[serde(skip)]
    named: Option<Named>,
    /// The row that it was made from, and what was replaced.
    #[serde(skip)]
    made_from: (Named, Overrides),
}

/// Choices that replace those of a strategy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Replaces the guard.
    pub guard: Option<Guard>,
    /// Replaces the isolation.
    pub isolation: Option<Isolation>,
    /// Replaces the read.
    pub read: Option<Read>,
    /// Replaces the write.
    pub write: Option<Write>,
}

impl Contender {
    /// A row with `overrides` in place of its own choices. A row that has a name of its own
    /// goes by that.
    pub fn new(base: impl Into<Named>, overrides: Overrides) -> Self {
        let base = base.into();
        let own = base.plan();
        let plan = Plan {
            guard: overrides.guard.unwrap_or(own.guard),
            isolation: overrides.isolation.unwrap_or(own.isolation),
            read: overrides.read.unwrap_or(own.read),
            write: overrides.write.unwrap_or(own.write),
        };
        let named = Named::of(&plan);
        let name = match named {
            Some(named) => named.to_string(),
            None => [
                Some(base.to_string()),
                (plan.guard != own.guard).then(|| format!("guard {}", plan.guard)),
                (plan.isolation != own.isolation).then(|| format!("isolation {}", plan.isolation)),
                (plan.read != own.read).then(|| format!("read {}", plan.read)),
                (plan.write != own.write).then(|| format!("write {}", plan.write)),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" + "),
        };
        Self {
            name,
            plan,
            named,
            made_from: (base, overrides),
        }
    }

    /// A contender that claims the promise of `strategy` although choices are replaced: what a
    /// strategy is that somebody has broken by mistake. For tests of whoever checks promises.
    pub fn sabotaged(strategy: Strategy, overrides: Overrides) -> Self {
        Self {
            named: Some(strategy.into()),
            ..Self::new(strategy, overrides)
        }
    }

    /// Whether its row has a name of its own.
    pub fn is_named(&self) -> bool {
        self.named.is_some()
    }

    /// The arguments of `lockbench run` that name it.
    pub fn arguments(&self) -> String {
        let (base, replaced) = &self.made_from;
        let mut arguments = format!("--strategy {base}");
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                arguments.push_str(&format!(" --{name} {value}"));
            }
        };
        add("guard", replaced.guard.map(|choice| choice.to_string()));
        add(
            "isolation",
            replaced.isolation.map(|choice| choice.to_string()),
        );
        add("read", replaced.read.map(|choice| choice.to_string()));
        add("write", replaced.write.map(|choice| choice.to_string()));
        arguments
    }

    /// What it promises in that setting: nothing, unless the row has a name.
    pub fn promise(&self, setting: impl Into<Setting>) -> Option<Promise> {
        self.named?.promise(setting)
    }
}

impl<N: Into<Named>> From<N> for Contender {
    fn from(row: N) -> Self {
        Self::new(row, Overrides::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Backend, Engine};

    #[test]
    fn a_replaced_choice_is_in_the_name_and_ends_the_promise() {
        let overrides = Overrides {
            read: Some(Read::ForUpdate),
            ..Overrides::default()
        };
        let contender = Contender::new(Strategy::Optimistic, overrides);
        assert_eq!(contender.name, "optimistic + read for-update");
        assert_eq!(contender.promise(Engine::of(Backend::Postgres)), None);
    }

    #[test]
    fn a_row_with_a_name_goes_by_it() {
        let overrides = Overrides {
            isolation: Some(Isolation::ReadCommitted),
            ..Overrides::default()
        };
        let contender = Contender::new(Strategy::Naive, overrides);
        assert_eq!(contender.name, "transaction");
        assert_eq!(
            contender.promise(Engine::of(Backend::Postgres)),
            Some(Promise::Unsafe)
        );
    }
}
