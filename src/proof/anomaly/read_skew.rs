//! Read skew: one half from before another transaction, the other from after it.

use super::{Anomaly, Tell, begin, commit, send};

/// Hermitage, G-single.
pub(super) const READ_SKEW: Anomaly = Anomaly {
    letter: "G-single",
    name: "read-skew",
    short: "one row from before a transaction, one from after it",
    what: "A transaction reads one row as it was before another transaction, and a second row as \
           it was after it.",
    script: &[
        begin(1),
        begin(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        send(2, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        send(2, "SELECT * FROM lockbench_anomalies WHERE id = 2"),
        send(2, "UPDATE lockbench_anomalies SET value = 12 WHERE id = 1"),
        send(2, "UPDATE lockbench_anomalies SET value = 18 WHERE id = 2"),
        commit(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE id = 2"),
        commit(1),
    ],
    sign: "session 1 reads 10 and 18: 28 in all, although it was 30 at all times",
    tell: Tell::ByReads {
        happened: |seen| seen.has_read(1, 1, &[(1, 10)]) && seen.has_read(1, 2, &[(2, 18)]),
        kept: |seen| seen.has_read(1, 1, &[(1, 10)]) && seen.has_read(1, 2, &[(2, 20)]),
    },
};

/// Hermitage, G-single "using predicate dependencies".
pub(super) const READ_SKEW_PREDICATE: Anomaly = Anomaly {
    letter: "G-single-pred",
    name: "read-skew-predicate",
    short: "the same, with a condition",
    what: "The same where a condition decides which rows are read.",
    script: &[
        begin(1),
        begin(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE value % 5 = 0"),
        send(
            2,
            "UPDATE lockbench_anomalies SET value = 12 WHERE value = 10",
        ),
        commit(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE value % 3 = 0"),
        commit(1),
    ],
    sign: "session 1 reads that row 1 is divisible by 5, and then that it is divisible by 3",
    tell: Tell::ByReads {
        happened: |seen| {
            seen.has_read(1, 1, &[(1, 10), (2, 20)]) && seen.has_read(1, 2, &[(1, 12)])
        },
        kept: |seen| seen.has_read(1, 1, &[(1, 10), (2, 20)]) && seen.has_read(1, 2, &[]),
    },
};

/// Hermitage, G-single "using write predicate".
pub(super) const READ_SKEW_WRITE: Anomaly = Anomaly {
    letter: "G-single-write",
    name: "read-skew-write",
    short: "DELETE misses what its own reads imply",
    what: "The same where the second statement writes: it finds nothing to do, although according \
           to the transaction's own reads there is.",
    script: &[
        begin(1),
        begin(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        send(2, "SELECT * FROM lockbench_anomalies"),
        send(2, "UPDATE lockbench_anomalies SET value = 12 WHERE id = 1"),
        send(2, "UPDATE lockbench_anomalies SET value = 18 WHERE id = 2"),
        commit(2),
        send(1, "DELETE FROM lockbench_anomalies WHERE value = 20"),
        send(1, "SELECT * FROM lockbench_anomalies WHERE id = 2"),
        commit(1),
    ],
    sign: "session 1 reads row 1 as it was when row 2 had the value 20 and deletes every row with \
           the value 20, but row 2 is still there",
    tell: Tell::ByEnd {
        happened: |seen| {
            seen.has_read(1, 1, &[(1, 10)])
                && seen.committed(&[1, 2])
                && seen.left() == [(1, 12), (2, 18)]
        },
        // Session 1 deletes row 2 before session 2, which has waited, comes to change it.
        kept: |seen| seen.left() == [(1, 12)],
    },
};
