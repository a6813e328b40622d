//! Orders that ended without an answer.

use serde::Serialize;

use crate::model::strategy::GivingUp;
use crate::run::result::RunResult;

/// Orders that were neither carried out nor turned away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Unanswered {
    /// Orders given up.
    pub gave_up: u64,
    /// The fewest attempts after which one was.
    pub gave_up_after: Option<u32>,
    /// Orders that an error ended.
    pub failed: u64,
    /// Of so many.
    #[serde(skip)]
    pub orders: u64,
}

impl Unanswered {
    /// Those of a run. Where the shop closed, or the connection was lost for good, it is not the
    /// strategy that left them so.
    pub(super) fn of(result: &RunResult) -> Self {
        let told = &result.outcomes;
        if result.ended_early.is_some() || result.durability.has_losses() {
            return Self::default();
        }
        Self {
            gave_up: told.gave_up - told.unknown_not_found,
            gave_up_after: result.gave_up_after,
            failed: told.failed,
            orders: told.sold + told.restocked + told.sold_out + told.gave_up + told.failed,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        let fewest = self.gave_up_after.into_iter().chain(other.gave_up_after);
        self.gave_up_after = fewest.min();
        self.gave_up += other.gave_up;
        self.failed += other.failed;
        self.orders += other.orders;
    }

    /// Whether they are more than is allowed, or some gave up who had attempts left.
    pub(super) fn is_more_than(&self, giving_up: GivingUp, max_attempts: u32) -> bool {
        let too_early = self.gave_up_after.is_some_and(|after| after < max_attempts);
        let allowed = giving_up.allowed(self.orders, max_attempts);
        self.failed > 0 || too_early || self.gave_up > allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAVE_UP: Unanswered = Unanswered {
        gave_up: 2,
        gave_up_after: Some(100),
        failed: 0,
        orders: 200,
    };

    fn is_allowed(unanswered: Unanswered) -> bool {
        !unanswered.is_more_than(GivingUp::AfterAllAttempts, 100)
    }

    #[test]
    fn whoever_has_used_up_its_attempts_may_give_up_now_and_then() {
        assert!(is_allowed(GAVE_UP));
        assert!(!is_allowed(Unanswered {
            gave_up: 51,
            ..GAVE_UP
        }));
    }

    #[test]
    fn nobody_may_give_up_early_or_fail_and_those_who_wait_for_their_turn_never() {
        assert!(!is_allowed(Unanswered {
            gave_up: 1,
            gave_up_after: Some(99),
            ..GAVE_UP
        }));
        assert!(!is_allowed(Unanswered {
            failed: 1,
            ..Unanswered::default()
        }));
        assert!(GAVE_UP.is_more_than(GivingUp::Nobody, 100));
    }
}
