//! What became of a candidate's promise, when all is counted.

use super::{CheckRequest, Checked, Outcome};
use crate::model::strategy::Promise;
use crate::model::verdict::Verdict;

impl Checked {
    /// Concludes from what was counted. `no_proof` says why no proof shows anything.
    pub(super) fn conclude(
        &mut self,
        request: &CheckRequest,
        no_proof: Option<&str>,
        interrupted: bool,
    ) {
        if self.is_unsupported() {
            return;
        }
        let max_attempts = request.load.max_attempts;
        let orders = self.unanswered.orders;
        self.may_give_up = self
            .giving_up
            .map(|allowed| allowed.allowed(orders, max_attempts));
        if let (Some(proof), Some(why)) = (&mut self.proof, no_proof)
            && proof.verdict != Verdict::Unsafe
        {
            proof.verdict = Verdict::Inconclusive;
            proof.reason = Some(why.to_owned());
        }
        let doubt = if interrupted && !self.is_complete(request) {
            let (rounds, of) = (self.rounds, request.rounds);
            Some(format!("interrupted after {rounds} of {of} rounds"))
        } else {
            self.doubt(no_proof)
        };
        self.too_many_unanswered = self.leaves_too_many_unanswered(request);
        let violated = self.violations.any() || self.is_proved(Verdict::Unsafe);
        let is_sound = self.promise.is_some_and(Promise::is_sound);
        let (measured, outcome) = match self.promise {
            _ if violated && is_sound => (Verdict::Unsafe, Outcome::Broken),
            _ if violated && no_proof.is_none() => (Verdict::Unsafe, Outcome::Caught),
            _ if self.too_many_unanswered => (Verdict::Safe, Outcome::Broken),
            _ if interrupted && doubt.is_some() => (Verdict::Inconclusive, Outcome::Interrupted),
            _ if doubt.is_some() => (Verdict::Inconclusive, Outcome::Inconclusive),
            Some(Promise::Deadlocks) if self.deadlocks() > 0 => (Verdict::Safe, Outcome::Caught),
            Some(Promise::GivesUp) if self.gave_up() > 0 => (Verdict::Safe, Outcome::Caught),
            Some(promise) if promise != Promise::Safe => (Verdict::Safe, Outcome::NotCaught),
            _ => (Verdict::Safe, Outcome::Held),
        };
        if measured == Verdict::Inconclusive {
            self.reason = doubt;
        }
        self.measured = Some(measured);
        self.outcome = outcome;
    }

    fn is_complete(&self, request: &CheckRequest) -> bool {
        self.rounds == request.rounds
            && (self.plenty_orders.is_some() || !self.needs_plenty)
            && (self.proof.is_some() || !request.proof)
    }

    fn is_proved(&self, verdict: Verdict) -> bool {
        self.proof
            .as_ref()
            .is_some_and(|proof| proof.verdict == verdict)
    }

    /// Whether more orders than the promise allows were given up, or failed, under the load or in
    /// a schedule.
    fn leaves_too_many_unanswered(&self, request: &CheckRequest) -> bool {
        let Some(giving_up) = self.giving_up else {
            return false;
        };
        let in_a_schedule = self.proof.as_ref();
        let in_a_schedule = in_a_schedule.is_some_and(|proof| proof.gave_up + proof.failed > 0);
        in_a_schedule
            || self
                .unanswered
                .is_more_than(giving_up, request.load.max_attempts)
    }

    /// Why that nothing was wrong means nothing.
    fn doubt(&self, no_proof: Option<&str>) -> Option<String> {
        if self.rounds == 0 {
            return Some("it was not run".to_owned());
        }
        if let Some(lost) = self.durability.sentence(&self.words) {
            return Some(lost);
        }
        if let Some(why) = &self.ended_early {
            return Some(format!("a round ended early: {why}"));
        }
        if self.counting_rounds == 0 {
            return Some(
                "naive broke nothing under this load either: use more threads, or a longer --hold"
                    .to_owned(),
            );
        }
        // Where the buyers' statements never meet, the proof has nothing to say, and the load
        // alone has.
        let met = self.proof.as_ref().filter(|proof| proof.overlapped);
        let of_its_own = || met?.reason.as_deref();
        let reason = no_proof.or_else(of_its_own)?;
        Some(format!("no proof: {reason}"))
    }

    /// Deadlocks of the load, or schedules that ended in one.
    pub(crate) fn deadlocks(&self) -> u64 {
        self.deadlocks + self.proof.as_ref().map_or(0, |proof| proof.deadlocked)
    }

    /// Buyers who gave up, under the load or in a schedule.
    pub(crate) fn gave_up(&self) -> u64 {
        self.unanswered.gave_up + self.proof.as_ref().map_or(0, |proof| proof.gave_up)
    }
}
