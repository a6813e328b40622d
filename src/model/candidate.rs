//! What is put to the test: a strategy or a mistake, perhaps with some of its choices replaced.

use std::num::NonZeroU32;

use serde::Serialize;

use crate::db::Backend;
use crate::model::invalid_request::InvalidRequest;
use crate::model::load::Load;
use crate::model::named::Named;
use crate::model::scenario::Scenario;
use crate::model::strategy::{
    Deployment, Dispatch, GivingUp, Guard, Isolation, Layout, Plan, Promise, Read, Strategy, Write,
};

/// A plan and the name it goes by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Candidate {
    /// The strategy's name, with what was replaced in it.
    pub name: String,
    /// Its choices.
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
    /// Replaces the layout.
    pub layout: Option<Layout>,
    /// Replaces the dispatch.
    pub dispatch: Option<Dispatch>,
    /// Puts a gate in front. The row keeps its promise.
    pub gate: Option<NonZeroU32>,
}

impl Candidate {
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
            layout: overrides.layout.unwrap_or(own.layout),
            dispatch: overrides.dispatch.unwrap_or(own.dispatch),
            gate: overrides.gate.or(own.gate),
        };
        let named = Named::of(&plan.ungated());
        let mut name = named.unwrap_or(base).to_string();
        for (choice, value) in differences(&plan, &named.map_or(own, Named::plan)) {
            name.push_str(&format!(" + {choice} {value}"));
        }
        Self {
            name,
            plan,
            named,
            made_from: (base, overrides),
        }
    }

    /// A candidate that claims the promise of `strategy` although choices are replaced: what a
    /// strategy is that somebody has broken by mistake. For tests of whoever checks promises.
    #[doc(hidden)]
    pub fn sabotaged(strategy: Strategy, overrides: Overrides) -> Self {
        Self {
            named: Some(strategy.into()),
            ..Self::new(strategy, overrides)
        }
    }

    /// Whether its row has a name of its own.
    pub(crate) fn is_named(&self) -> bool {
        self.named.is_some()
    }

    /// The arguments of `lockbench run` that name it.
    pub(crate) fn arguments(&self) -> String {
        let (base, replaced) = &self.made_from;
        let mut arguments = format!("--strategy {base}");
        let words = [
            ("guard", replaced.guard.map(|choice| choice.to_string())),
            (
                "isolation",
                replaced.isolation.map(|choice| choice.to_string()),
            ),
            ("read", replaced.read.map(|choice| choice.to_string())),
            ("write", replaced.write.map(|choice| choice.to_string())),
            ("layout", replaced.layout.map(|choice| choice.to_string())),
            (
                "dispatch",
                replaced.dispatch.map(|choice| choice.to_string()),
            ),
            ("gate", replaced.gate.map(|places| places.to_string())),
        ];
        for (name, value) in words {
            if let Some(value) = value {
                arguments.push_str(&format!(" --{name} {value}"));
            }
        }
        arguments
    }

    /// Makes sure that it can be run on `backend` in that story under that load.
    ///
    /// # Errors
    /// It means nothing there, and why.
    pub fn check(
        &self,
        backend: Backend,
        scenario: Scenario,
        load: &Load,
    ) -> Result<(), InvalidRequest> {
        let refusal = self.refusal(backend, scenario, load);
        InvalidRequest::unless(
            refusal.map(|why| format!("{} cannot be run on {backend}: {why}", self.name)),
        )
    }

    /// Why it cannot be run on `backend` in that story under that load; `None` when it can.
    pub fn refusal(&self, backend: Backend, scenario: Scenario, load: &Load) -> Option<String> {
        let deployment = Deployment {
            bills: scenario.bills(),
            ..Deployment::from(backend)
        };
        self.plan
            .refusal_in(deployment)
            .or_else(|| self.plan.refuses_load(load.basket, load.units()))
    }

    /// What it promises in that deployment: nothing, unless the row has a name.
    pub fn promise(&self, deployment: impl Into<Deployment>) -> Option<Promise> {
        self.named?.promise(deployment)
    }

    /// Which orders may be given up, in that deployment; `None` where nothing is promised.
    pub(crate) fn giving_up(&self, deployment: impl Into<Deployment>) -> Option<GivingUp> {
        Some(self.named?.giving_up(deployment))
    }
}

/// The choices in which `plan` is not `usual`, each with its value in `plan`.
fn differences(plan: &Plan, usual: &Plan) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut compare = |choice, differs: bool, value: &dyn ToString| {
        if differs {
            found.push((choice, value.to_string()));
        }
    };
    compare("guard", plan.guard != usual.guard, &plan.guard);
    compare(
        "isolation",
        plan.isolation != usual.isolation,
        &plan.isolation,
    );
    compare("read", plan.read != usual.read, &plan.read);
    compare("write", plan.write != usual.write, &plan.write);
    compare("layout", plan.layout != usual.layout, &plan.layout);
    compare("dispatch", plan.dispatch != usual.dispatch, &plan.dispatch);
    if let Some(gate) = plan.gate {
        compare("gate", plan.gate != usual.gate, &gate);
    }
    found
}

impl<N: Into<Named>> From<N> for Candidate {
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
        let candidate = Candidate::new(Strategy::Optimistic, overrides);
        assert_eq!(candidate.name, "optimistic + read for-update");
        assert_eq!(candidate.promise(Engine::of(Backend::Postgres)), None);
    }

    #[test]
    fn a_gate_is_in_the_name_and_keeps_the_promise() {
        let overrides = Overrides {
            isolation: Some(Isolation::ReadCommitted),
            gate: NonZeroU32::new(2),
            ..Overrides::default()
        };
        let candidate = Candidate::new(Strategy::Naive, overrides);
        assert_eq!(candidate.name, "transaction + gate 2");
        assert_eq!(
            candidate.arguments(),
            "--strategy naive --isolation read-committed --gate 2"
        );
        assert_eq!(
            candidate.promise(Engine::of(Backend::Postgres)),
            Some(Promise::Unsafe)
        );
    }

    #[test]
    fn a_row_with_a_name_goes_by_it() {
        let overrides = Overrides {
            isolation: Some(Isolation::ReadCommitted),
            ..Overrides::default()
        };
        let candidate = Candidate::new(Strategy::Naive, overrides);
        assert_eq!(candidate.name, "transaction");
        assert_eq!(
            candidate.promise(Engine::of(Backend::Postgres)),
            Some(Promise::Unsafe)
        );
    }
}
