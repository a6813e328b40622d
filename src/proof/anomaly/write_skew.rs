//! Write skew: each writes on the strength of what the other is about to change.

use super::{Anomaly, Tell, begin, commit, send};

/// Hermitage, G2-item.
pub(super) const WRITE_SKEW: Anomaly = Anomaly {
    letter: "G2-item",
    name: "write-skew",
    short: "each changes what the other has read",
    what: "Two transactions read the same two rows, and each changes a different one: neither \
           knows what the other has done.",
    script: &[
        begin(1),
        begin(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE id IN (1, 2)"),
        send(2, "SELECT * FROM lockbench_anomalies WHERE id IN (1, 2)"),
        send(1, "UPDATE lockbench_anomalies SET value = 11 WHERE id = 1"),
        send(2, "UPDATE lockbench_anomalies SET value = 21 WHERE id = 2"),
        commit(1),
        commit(2),
    ],
    sign: "both read 10 and 20, and both changes are kept",
    tell: Tell::ByEnd {
        happened: |seen| {
            let both = |session| seen.has_read(session, 1, &[(1, 10), (2, 20)]);
            both(1) && both(2) && seen.left() == [(1, 11), (2, 21)]
        },
        kept: |seen| {
            seen.left() == [(1, 11), (2, 21)]
                && (seen.has_read(1, 1, &[(1, 10), (2, 21)])
                    || seen.has_read(2, 1, &[(1, 11), (2, 20)]))
        },
    },
};

/// Hermitage, G2.
pub(super) const WRITE_SKEW_PREDICATE: Anomaly = Anomaly {
    letter: "G2",
    name: "write-skew-predicate",
    short: "each inserts what the other found missing",
    what: "Two transactions each find that there is no such row, and each inserts one.",
    script: &[
        begin(1),
        begin(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE value % 3 = 0"),
        send(2, "SELECT * FROM lockbench_anomalies WHERE value % 3 = 0"),
        send(
            1,
            "INSERT INTO lockbench_anomalies (id, value) VALUES (3, 30)",
        ),
        send(
            2,
            "INSERT INTO lockbench_anomalies (id, value) VALUES (4, 42)",
        ),
        commit(1),
        commit(2),
    ],
    sign: "both found no row, and both inserted rows are kept",
    tell: Tell::ByEnd {
        happened: |seen| {
            let none = |session| seen.has_read(session, 1, &[]);
            none(1) && none(2) && seen.left() == [(1, 10), (2, 20), (3, 30), (4, 42)]
        },
        kept: |seen| {
            seen.left() == [(1, 10), (2, 20), (3, 30), (4, 42)]
                && (seen.has_read(1, 1, &[(4, 42)]) || seen.has_read(2, 1, &[(3, 30)]))
        },
    },
};

/// Hermitage, G2 "with two anti-dependency edges": Fekete, O'Neil and O'Neil, "A Read-Only
/// Transaction Anomaly Under Snapshot Isolation", SIGMOD Record 33(3), 2004.
pub(super) const READ_ONLY_TRANSACTION: Anomaly = Anomaly {
    letter: "G2-two-edges",
    name: "read-only-transaction",
    short: "a reader sees a state that no order explains",
    what: "A third transaction, which only reads, sees an impossible state: without it, the other \
           two could be put in an order.",
    script: &[
        begin(1),
        send(1, "SELECT * FROM lockbench_anomalies"),
        begin(2),
        send(
            2,
            "UPDATE lockbench_anomalies SET value = value + 5 WHERE id = 2",
        ),
        commit(2),
        begin(3),
        send(3, "SELECT * FROM lockbench_anomalies"),
        commit(3),
        send(1, "UPDATE lockbench_anomalies SET value = 0 WHERE id = 1"),
        commit(1),
    ],
    sign: "session 3 sees session 2's change but not session 1's, while session 1 read the state \
           before both, and changes what session 3 has read",
    tell: Tell::ByEnd {
        happened: |seen| {
            seen.has_read(1, 1, &[(1, 10), (2, 20)])
                && seen.has_read(3, 1, &[(1, 10), (2, 25)])
                && seen.left() == [(1, 0), (2, 25)]
        },
        // Session 3 has waited, and sees either none of the changes or both.
        kept: |seen| {
            seen.has_read(3, 1, &[(1, 10), (2, 20)]) || seen.has_read(3, 1, &[(1, 0), (2, 25)])
        },
    },
};
