//! In what two points differ that should be the same.

use super::{DecisionPoint, Difference};

impl Difference {
    /// In what `now` differs from `then`, at that step.
    pub(super) fn between(then: &DecisionPoint, now: &DecisionPoint, step: usize) -> Option<Self> {
        // Who has turned out never to give up is no choice any more.
        let next = |point: &DecisionPoint| -> Vec<(usize, String)> {
            let each = point.stopped();
            each.map(|one| (one.session, one.identity.clone()))
                .collect()
        };
        let same = next(then) == next(now);
        (!same).then(|| Self {
            words: format!(
                "at step {step}, the sessions that could continue were {} before and are {} now",
                shown(then),
                shown(now)
            ),
            by_session: (then.stopped().map(|one| one.session))
                .chain(now.stopped().map(|one| one.session))
                .any(|session| decided(then, now, session)),
        })
    }
}

/// Whether a session decided something else: it was not held up in one of the two, and the
/// database had answered its last statement the same.
fn decided(then: &DecisionPoint, now: &DecisionPoint, session: usize) -> bool {
    match (next(then, session), next(now, session)) {
        (Some((does, refused)), Some((does_now, refused_now))) => {
            does != does_now && refused == refused_now
        }
        _ => false,
    }
}

/// What a session does next, `None` where it has ended, and how it was refused before; nothing
/// where it waits.
fn next(point: &DecisionPoint, session: usize) -> Option<(Option<String>, Option<&String>)> {
    let candidate = point.stopped().find(|one| one.session == session);
    let ended = point.ended.iter().find(|(one, _)| *one == session);
    match (candidate, ended) {
        (Some(one), _) => Some((Some(one.identity.clone()), one.refusal.as_ref())),
        (None, Some((_, refusal))) => Some((None, refusal.as_ref())),
        (None, None) => None,
    }
}

fn shown(point: &DecisionPoint) -> String {
    let each: Vec<String> = point
        .stopped()
        .map(|one| format!("session {} with {}", one.session + 1, one.statement))
        .collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Statement;
    use crate::explore::search::Candidate;

    fn point(enabled: &[(usize, &str, Option<&str>)], ended: &[usize]) -> DecisionPoint {
        let candidate = |&(session, sql, refusal): &(usize, &str, Option<&str>)| Candidate {
            session,
            statement: Statement {
                sql: sql.to_owned(),
                binds: Vec::new(),
            },
            identity: sql.to_owned(),
            access: Default::default(),
            refusal: refusal.map(str::to_owned),
        };
        DecisionPoint {
            enabled: enabled.iter().map(candidate).collect(),
            last: None,
            ended: ended.iter().map(|session| (*session, None)).collect(),
        }
    }

    #[test]
    fn a_session_that_decides_otherwise_is_told_from_one_that_the_database_answered_otherwise() {
        let then = point(&[(0, "COMMIT", None), (1, "SELECT", None)], &[]);
        let by_session =
            |now: &DecisionPoint| Difference::between(&then, now, 1).map(|it| it.by_session);
        assert_eq!(by_session(&then.clone()), None);
        let rolls_back = point(&[(0, "ROLLBACK", None), (1, "SELECT", None)], &[]);
        assert_eq!(by_session(&rolls_back), Some(true));
        let ends = point(&[(1, "SELECT", None)], &[0]);
        assert_eq!(by_session(&ends), Some(true));
        let refused = point(&[(0, "ROLLBACK", Some("40P01")), (1, "SELECT", None)], &[]);
        assert_eq!(by_session(&refused), Some(false));
        let waits = point(&[(1, "SELECT", None)], &[]);
        assert_eq!(by_session(&waits), Some(false));
    }
}
