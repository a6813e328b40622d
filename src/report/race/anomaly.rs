//! What went wrong, and its name, in a sentence or two.

use std::collections::BTreeMap;

use crate::race::{Anomaly, AnomalyCause, AnomalyDeed, AnomalyName, Doubt, Edge, EdgeKind, Place};

/// What went wrong: the name, the statements that make it, and where more is to be read; or the edges
/// of the circle.
pub(super) fn sentence(anomaly: &Anomaly) -> String {
    let mut words = match named(anomaly) {
        Some(words) => words,
        None => capital(&edges(&anomaly.circle)),
    };
    if let Some(because) = &anomaly.because {
        words.push(' ');
        words.push_str(&cause(because));
    }
    if let Some(page) = page(anomaly) {
        words.push_str(&format!(" See {page}."));
    }
    words
}

/// The name for people.
pub(super) fn title(name: AnomalyName) -> &'static str {
    match name {
        AnomalyName::LostUpdate => "Lost update",
        AnomalyName::WriteSkew => "Write skew",
        AnomalyName::ReadSkew => "Read skew",
        AnomalyName::NonRepeatableRead => "Non-repeatable read",
        AnomalyName::Phantom => "Phantom",
        AnomalyName::CheckThenInsert => "Check-then-insert",
        AnomalyName::Deadlock => "Deadlock",
        AnomalyName::EffectTwice => "Effect twice",
    }
}

fn named(anomaly: &Anomaly) -> Option<String> {
    let name = anomaly.name?;
    let what = match &anomaly.table {
        Some(table) => format!("{} of {}", title(name), row(table, &anomaly.key)),
        None => title(name).to_owned(),
    };
    let place = |index: usize| anomaly.statements.get(index);
    let story = match name {
        AnomalyName::LostUpdate => {
            let writes = |place: &&Place| place.does != AnomalyDeed::Read;
            let mut writes = anomaly.statements.iter().filter(writes);
            let (lost, kept) = (writes.next()?, writes.next()?);
            let read = anomaly
                .statements
                .iter()
                .find(|it| it.does == AnomalyDeed::Read)?;
            format!(
                "session {} overwrote (step {}) what session {} had written (step {}), after reading \
                 (step {}) what that replaced.",
                kept.session, kept.step, lost.session, lost.step, read.step
            )
        }
        AnomalyName::WriteSkew
        | AnomalyName::CheckThenInsert
        | AnomalyName::ReadSkew
        | AnomalyName::NonRepeatableRead
        | AnomalyName::Phantom
        | AnomalyName::Deadlock => edges(&anomaly.circle),
        AnomalyName::EffectTwice => {
            let (one, other) = (place(0)?, place(1)?);
            let circle = match anomaly.circle.is_empty() {
                true => String::new(),
                false => format!(" {}", capital(&edges(&anomaly.circle))),
            };
            format!(
                "{} is called by session {} (step {}) and again by session {} (step {}).{circle}",
                one.sql, one.session, one.step, other.session, other.step
            )
        }
    };
    Some(format!("{what}: {story}"))
}

/// A row, by its key where that is known.
fn row(table: &str, key: &BTreeMap<String, String>) -> String {
    let key: Vec<String> = key
        .iter()
        .map(|(name, value)| format!(", {name} {value}"))
        .collect();
    format!("{table}{}", key.concat())
}

/// Why each comes before the other.
fn edges(edges: &[Edge]) -> String {
    let each: Vec<String> = edges.iter().map(edge).collect();
    each.join(", and ") + "."
}

fn edge(edge: &Edge) -> String {
    let (from, to) = (&edge.from, &edge.to);
    let what = row(edge.table.as_deref().unwrap_or_default(), &edge.key);
    let (one, other) = (
        format!("session {}", from.session),
        format!("session {}", to.session),
    );
    let doubt = match edge.doubts.as_slice() {
        [] => "",
        [Doubt::Row] => " (as far as the table tells)",
        [..] => " (as far as the statements tell)",
    };
    let to_what = match to.does {
        AnomalyDeed::Insert => format!("inserted into it (step {})", to.step),
        AnomalyDeed::Delete => format!("deleted from it (step {})", to.step),
        _ => format!("wrote it (step {})", to.step),
    };
    match edge.kind {
        EdgeKind::Rw => {
            format!(
                "{one} read {what} (step {}) as it was before {other} {to_what}{doubt}",
                from.step
            )
        }
        EdgeKind::Wr => format!(
            "{other} read {what} (step {}) after {one} wrote it (step {}){doubt}",
            to.step, from.step
        ),
        EdgeKind::Ww => format!(
            "{other} overwrote {what} (step {}) after {one} wrote it (step {}){doubt}",
            to.step, from.step
        ),
        EdgeKind::Waits => format!("{one} waited (step {}) for {other}", from.step),
    }
}

fn cause(because: &AnomalyCause) -> String {
    match because {
        AnomalyCause::LockedNothing { lock } => format!(
            "The lock (step {}) found no row, and locked nothing.",
            lock.step
        ),
        AnomalyCause::UnlockBeforeCommit { unlock, commit } => format!(
            "The lock did not help: session {} gave it back (step {}) before its COMMIT (step {}).",
            unlock.session, unlock.step, commit.step
        ),
        AnomalyCause::ReadBeforeLock { lock } => format!(
            "The lock (step {}) came after the read, whose value was used all the same.",
            lock.step
        ),
        AnomalyCause::OldSnapshot { lock, read } => format!(
            "The lock (step {}) was there, but the read under it (step {}) is no locking one: it shows \
             what was there when the transaction first read.",
            lock.step, read.step
        ),
    }
}

/// Where more is to be read.
fn page(anomaly: &Anomaly) -> Option<&'static str> {
    match (&anomaly.because, anomaly.name?) {
        (Some(AnomalyCause::UnlockBeforeCommit { .. }), _) => {
            Some("docs/mistakes.md, unlock-before-commit")
        }
        (Some(AnomalyCause::ReadBeforeLock { .. }), _) => {
            Some("docs/mistakes.md, read-before-lock")
        }
        (Some(AnomalyCause::OldSnapshot { .. }), _) => {
            Some("docs/mistakes.md, lock-after-snapshot")
        }
        (_, AnomalyName::LostUpdate) => Some("docs/anomalies.md, P4"),
        (_, AnomalyName::WriteSkew) => Some("docs/anomalies.md, G2-item and G2"),
        (_, AnomalyName::ReadSkew) => Some("docs/anomalies.md, G-single"),
        (_, AnomalyName::NonRepeatableRead) => Some("docs/anomalies.md, G-single"),
        (_, AnomalyName::Phantom) => Some("docs/anomalies.md, PMP"),
        (_, AnomalyName::CheckThenInsert) => Some("docs/mistakes.md, check-then-insert"),
        (_, AnomalyName::EffectTwice) => Some("docs/race.md, Calls to the outside"),
        (_, AnomalyName::Deadlock) => None,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(session: usize, step: usize, does: AnomalyDeed) -> Place {
        Place {
            session,
            step,
            sql: String::new(),
            does,
        }
    }

    fn anomaly(name: Option<AnomalyName>) -> Anomaly {
        let (read, lost, kept) = (
            place(1, 1, AnomalyDeed::Read),
            place(2, 3, AnomalyDeed::Update),
            place(1, 6, AnomalyDeed::Update),
        );
        let key = BTreeMap::from([("id".to_owned(), "1".to_owned())]);
        let edge = |kind, from: &Place, to: &Place| Edge {
            kind,
            from: from.clone(),
            to: to.clone(),
            table: Some("stock".to_owned()),
            key: key.clone(),
            doubts: Vec::new(),
        };
        Anomaly {
            name,
            because: None,
            table: Some("stock".to_owned()),
            key: key.clone(),
            circle: vec![
                edge(EdgeKind::Rw, &read, &lost),
                edge(EdgeKind::Ww, &lost, &kept),
            ],
            statements: vec![read, lost, kept],
        }
    }

    #[test]
    fn a_lost_update_is_told_by_its_three_statements() {
        assert_eq!(
            sentence(&anomaly(Some(AnomalyName::LostUpdate))),
            "Lost update of stock, id 1: session 1 overwrote (step 6) what session 2 had written (step \
             3), after reading (step 1) what that replaced. See docs/anomalies.md, P4."
        );
    }

    #[test]
    fn what_has_no_name_is_told_by_its_edges() {
        assert_eq!(
            sentence(&anomaly(None)),
            "Session 1 read stock, id 1 (step 1) as it was before session 2 wrote it (step 3), and \
             session 1 overwrote stock, id 1 (step 6) after session 2 wrote it (step 3)."
        );
    }
}
