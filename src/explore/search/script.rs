//! One schedule, as a script tells it.

use super::{Choice, DecisionPoint, Search};

/// A turn of a script, in which one session sends one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The session, from 1.
    pub session: usize,
    /// Whether the statement is a ROLLBACK that is part of the script, and not the end of a
    /// session that was refused.
    pub rolls_back: bool,
}

/// Follows a script: the first turn goes next that has not been taken and whose session can go.
/// A session that waits takes its turn as soon as it is free. One that was refused, and rolls
/// back where the script has it do something else, does so at once.
pub(in crate::explore) struct Script {
    turns: Vec<Turn>,
    taken: Vec<bool>,
}

impl Script {
    pub(in crate::explore) fn new(turns: &[Turn]) -> Self {
        Self {
            turns: turns.to_vec(),
            taken: vec![false; turns.len()],
        }
    }

    /// The next turn of a session, counted from 0.
    fn next(&self, session: usize) -> Option<usize> {
        (0..self.turns.len()).find(|&at| !self.taken[at] && self.turns[at].session == session + 1)
    }
}

impl Search for Script {
    fn choose(&mut self, point: &DecisionPoint) -> Choice {
        let gives_up = point.enabled.iter().find(|one| {
            let scripted = self
                .next(one.session)
                .is_some_and(|at| self.turns[at].rolls_back);
            !scripted && one.statement.sql.eq_ignore_ascii_case("ROLLBACK")
        });
        if let Some(one) = gives_up {
            return Choice::Go(one.session);
        }
        let enabled = point.enabled.iter();
        match enabled.filter_map(|one| self.next(one.session)).min() {
            Some(at) => {
                self.taken[at] = true;
                Choice::Go(self.turns[at].session - 1)
            }
            // The script is over, and somebody has more to say than it knows.
            None => point
                .enabled
                .first()
                .map_or(Choice::Forget, |one| Choice::Go(one.session)),
        }
    }

    fn rewind(&mut self) {
        self.taken.fill(false);
    }

    fn advance(&mut self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Statement;
    use crate::explore::search::Candidate;

    fn point(enabled: &[(usize, &str)]) -> DecisionPoint {
        let candidate = |&(session, sql): &(usize, &str)| Candidate {
            session,
            statement: Statement {
                sql: sql.to_owned(),
                binds: Vec::new(),
            },
            identity: sql.to_owned(),
            access: Default::default(),
            refusal: None,
        };
        DecisionPoint {
            enabled: enabled.iter().map(candidate).collect(),
            last: None,
            ended: Vec::new(),
        }
    }

    #[test]
    fn a_turn_is_put_off_while_its_session_waits_and_a_refused_one_rolls_back_at_once() {
        let turn = |session| Turn {
            session,
            rolls_back: false,
        };
        let mut script = Script::new(&[turn(1), turn(2), turn(2), turn(1), turn(1)]);
        let mut go = |enabled: &[(usize, &str)]| match script.choose(&point(enabled)) {
            Choice::Go(session) => session + 1,
            Choice::Forget => 0,
        };
        assert_eq!(go(&[(0, "UPDATE"), (1, "UPDATE")]), 1);
        assert_eq!(go(&[(0, "UPDATE"), (1, "UPDATE")]), 2);
        // Session 2 waits now, and its second turn with it.
        assert_eq!(go(&[(0, "UPDATE")]), 1);
        assert_eq!(go(&[(0, "COMMIT"), (1, "UPDATE")]), 2);
        assert_eq!(go(&[(0, "COMMIT"), (1, "ROLLBACK")]), 2);
        assert_eq!(go(&[(0, "COMMIT")]), 1);
        assert_eq!(go(&[]), 0);
    }
}
