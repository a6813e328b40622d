//! Conditions that other rows come to meet.

use super::{Anomaly, Tell, begin, commit, send};

/// Hermitage, PMP.
pub(super) const PREDICATE_MANY_PRECEDERS: Anomaly = Anomaly {
    letter: "PMP",
    name: "predicate-many-preceders",
    short: "a new row matches the condition",
    what: "Phantoms. A transaction runs the same query twice, and the second time finds a row that \
           another has inserted and committed in between.",
    script: &[
        begin(1),
        begin(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE value = 30"),
        send(
            2,
            "INSERT INTO lockbench_anomalies (id, value) VALUES (3, 30)",
        ),
        commit(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE value % 3 = 0"),
        commit(1),
    ],
    sign: "session 1 finds no row, and later one that session 2 inserted",
    tell: Tell::ByReads {
        happened: |seen| seen.has_read(1, 1, &[]) && seen.has_read(1, 2, &[(3, 30)]),
        kept: |seen| seen.has_read(1, 1, &[]) && seen.has_read(1, 2, &[]),
    },
};

/// Hermitage, PMP "for write predicates", from PostgreSQL's manual (13.2.1), with the read in front
/// that Hermitage has at MySQL's SERIALIZABLE. It says that session 2 comes before session 1, so
/// that the DELETE has to remove row 2.
pub(super) const PREDICATE_MANY_PRECEDERS_WRITE: Anomaly = Anomaly {
    letter: "PMP-write",
    name: "predicate-many-preceders-write",
    short: "DELETE meets other rows",
    what: "The same where the second statement writes: its condition matches other rows than those \
           the transaction has just read.",
    script: &[
        begin(1),
        begin(2),
        send(2, "SELECT * FROM lockbench_anomalies WHERE value = 20"),
        send(1, "UPDATE lockbench_anomalies SET value = value + 10"),
        send(2, "DELETE FROM lockbench_anomalies WHERE value = 20").and_waits(),
        commit(1),
        send(2, "SELECT * FROM lockbench_anomalies WHERE value = 20"),
        commit(2),
    ],
    sign: "session 2 reads that row 2 has the value 20 and deletes every row with the value 20, but \
           row 2 is still there",
    tell: Tell::ByEnd {
        happened: |seen| {
            seen.has_read(2, 1, &[(2, 20)])
                && seen.committed(&[1, 2])
                && seen.left().iter().any(|(id, _)| *id == 2)
        },
        // Session 1 has waited until row 2 was deleted.
        kept: |seen| seen.has_read(2, 1, &[(2, 20)]) && seen.left() == [(1, 20)],
    },
};
