//! Dirty reads: of what is taken back, of what is not the last word, and in a circle.

use super::{Anomaly, Tell, begin, commit, rollback, send};

/// Hermitage, G1a.
pub(super) const ABORTED_READ: Anomaly = Anomaly {
    letter: "G1a",
    name: "aborted-read",
    short: "reads a value that is then rolled back",
    what: "A dirty read. A transaction reads a value that another has written and then rolls back: \
           a value that never existed.",
    script: &[
        begin(1),
        begin(2),
        send(1, "UPDATE lockbench_anomalies SET value = 101 WHERE id = 1"),
        send(2, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        rollback(1),
        send(2, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        commit(2),
    ],
    sign: "session 2 reads 101, which session 1 rolls back",
    tell: Tell::ByReads {
        happened: |seen| seen.reads(2).iter().any(|rows| rows.contains(&(1, 101))),
        kept: |seen| seen.has_read(2, 1, &[(1, 10)]) && seen.has_read(2, 2, &[(1, 10)]),
    },
};

/// Hermitage, G1b.
pub(super) const INTERMEDIATE_READ: Anomaly = Anomaly {
    letter: "G1b",
    name: "intermediate-read",
    short: "reads a value that is replaced before COMMIT",
    what: "A dirty read. A transaction reads an intermediate value, which its writer replaces \
           before it commits.",
    script: &[
        begin(1),
        begin(2),
        send(1, "UPDATE lockbench_anomalies SET value = 101 WHERE id = 1"),
        send(2, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        send(1, "UPDATE lockbench_anomalies SET value = 11 WHERE id = 1"),
        commit(1),
        send(2, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        commit(2),
    ],
    sign: "session 2 reads 101, which is not what session 1 commits",
    tell: Tell::ByReads {
        happened: |seen| seen.reads(2).iter().any(|rows| rows.contains(&(1, 101))),
        kept: |seen| {
            let fine = |nth| seen.has_read(2, nth, &[(1, 10)]) || seen.has_read(2, nth, &[(1, 11)]);
            fine(1) && fine(2)
        },
    },
};

/// Hermitage, G1c.
pub(super) const CIRCULAR_INFORMATION_FLOW: Anomaly = Anomaly {
    letter: "G1c",
    name: "circular-information-flow",
    short: "both read uncommitted values",
    what: "A dirty read, both ways. Each of two transactions reads what the other has written but \
           not committed: each would have to come after the other.",
    script: &[
        begin(1),
        begin(2),
        send(1, "UPDATE lockbench_anomalies SET value = 11 WHERE id = 1"),
        send(2, "UPDATE lockbench_anomalies SET value = 22 WHERE id = 2"),
        send(1, "SELECT * FROM lockbench_anomalies WHERE id = 2"),
        send(2, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        commit(1),
        commit(2),
    ],
    sign: "session 1 reads session 2's 22, and session 2 reads session 1's 11",
    tell: Tell::ByReads {
        happened: |seen| {
            seen.has_read(1, 1, &[(2, 22)])
                && seen.has_read(2, 1, &[(1, 11)])
                && seen.committed(&[1, 2])
        },
        kept: |seen| seen.has_read(1, 1, &[(2, 20)]) || seen.has_read(2, 1, &[(1, 10)]),
    },
};
