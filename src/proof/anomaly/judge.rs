//! Whether an anomaly happened, and what prevented it.

use super::{Anomaly, How, Outcome, Seen, Tell};
use crate::db::Conflict;
use crate::explore::{History, Step};

/// What came of the script of `anomaly`. "Prevented" needs a reason that was seen; where there
/// is none the answer is inconclusive.
pub(super) fn judge(anomaly: &Anomaly, seen: &Seen, history: &History) -> Outcome {
    for (session, refused) in seen.refusals() {
        if !is_about_isolation(refused.conflict) {
            return inconclusive(format!(
                "session {session} failed for a reason that has nothing to do with isolation: {}",
                refused.message
            ));
        }
    }
    let (happened, kept, by_reads) = match anomaly.tell {
        Tell::ByReads { happened, kept } => (happened, kept, true),
        Tell::ByEnd { happened, kept } => (happened, kept, false),
    };
    if happened(seen) {
        return Outcome::Occurs;
    }
    if let Some((session, _)) = seen.refusals().next() {
        return Outcome::Prevented {
            how: How::Error {
                session,
                code: code(history, session),
            },
        };
    }
    let steps = scripted(anomaly, history);
    let waited = steps
        .iter()
        .find(|(_, has_to_wait, step)| !has_to_wait && step.blocked_by.is_some());
    if let Some((at, ..)) = waited {
        return if kept(seen) {
            Outcome::Prevented {
                how: How::Waiting { step: *at },
            }
        } else {
            inconclusive(
                "a session waited, but the results are neither correct nor those of the anomaly",
            )
        };
    }
    let slipped = steps
        .iter()
        .find(|(_, has_to_wait, step)| *has_to_wait && step.blocked_by.is_none());
    if let Some((at, _, step)) = slipped {
        return inconclusive(format!(
            "session {} should have waited at step {at}, but did not",
            step.session
        ));
    }
    if by_reads && kept(seen) {
        return Outcome::Prevented { how: How::Snapshot };
    }
    inconclusive("it did not happen, but nothing was seen to prevent it")
}

fn inconclusive(reason: impl Into<String>) -> Outcome {
    Outcome::Inconclusive {
        reason: reason.into(),
    }
}

/// A lock that was waited for too long, or a connection that was lost, prevents nothing.
fn is_about_isolation(conflict: Option<Conflict>) -> bool {
    matches!(
        conflict,
        Some(Conflict::SerializationFailure | Conflict::Deadlock | Conflict::Busy)
    )
}

fn code(history: &History, session: usize) -> String {
    let failed = history
        .steps
        .iter()
        .find(|step| step.failed && step.session == session);
    failed
        .and_then(|step| step.code.clone())
        .unwrap_or_else(|| "error".to_owned())
}

/// The steps that are lines of the script, with their numbers and whether they have to wait.
fn scripted<'a>(anomaly: &Anomaly, history: &'a History) -> Vec<(usize, bool, &'a Step)> {
    let mut found = Vec::new();
    let mut sent = vec![0; anomaly.sessions() + 1];
    for (index, step) in history.steps.iter().enumerate() {
        let mut own = anomaly
            .script
            .iter()
            .filter(|line| line.session == step.session);
        if let Some(line) = own.nth(sent[step.session]) {
            found.push((index + 1, line.has_to_wait, step));
        }
        sent[step.session] += 1;
    }
    found
}
