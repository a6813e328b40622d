//! One schedule, as a token tells it.

use super::{Choice, DecisionPoint, Search};

/// Follows a token. Where the session it names cannot go on, the one with the lowest number
/// goes on in its place; where the token ends, whoever went on last goes on.
pub(in crate::explore) struct Replay {
    /// Counted from 0.
    sessions: Vec<usize>,
    step: usize,
    fell_back: Vec<usize>,
}

impl Replay {
    pub(in crate::explore) fn new(token: &crate::explore::Token) -> Self {
        Self {
            sessions: token.0.iter().map(|session| session - 1).collect(),
            step: 0,
            fell_back: Vec::new(),
        }
    }

    /// The steps, from 1, at which the token could not be followed.
    pub(in crate::explore) fn fell_back(&self) -> &[usize] {
        &self.fell_back
    }
}

impl Search for Replay {
    fn choose(&mut self, point: &DecisionPoint) -> Choice {
        self.step += 1;
        let wanted = self.sessions.get(self.step - 1).copied();
        let can = |session: usize| point.enabled.iter().any(|one| one.session == session);
        match wanted.or(point.current()) {
            Some(session) if can(session) => Choice::Go(session),
            other => {
                if other.is_some() {
                    self.fell_back.push(self.step);
                }
                point
                    .stopped()
                    .next()
                    .map_or(Choice::Forget, |one| Choice::Go(one.session))
            }
        }
    }

    fn rewind(&mut self) {
        self.step = 0;
        self.fell_back.clear();
    }

    fn advance(&mut self) -> bool {
        false
    }
}
