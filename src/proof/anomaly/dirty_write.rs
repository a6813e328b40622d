//! Dirty writes.

use super::{Anomaly, Tell, begin, commit, send};

/// Hermitage, G0. Where session 2 does not wait at its first UPDATE it writes row 2 before
/// session 1 does, so that the rows end up in a mixture; Hermitage, which looks at the wait
/// alone, lets it write last.
pub(super) const DIRTY_WRITE: Anomaly = Anomaly {
    letter: "G0",
    name: "dirty-write",
    short: "the result is a mixture of two transactions",
    what: "Write cycles. Two transactions write the same two rows, each overwriting what the other \
           has not committed yet: the result is a mixture of both.",
    script: &[
        begin(1),
        begin(2),
        send(1, "UPDATE lockbench_anomalies SET value = 11 WHERE id = 1"),
        send(2, "UPDATE lockbench_anomalies SET value = 12 WHERE id = 1"),
        send(2, "UPDATE lockbench_anomalies SET value = 22 WHERE id = 2"),
        send(1, "UPDATE lockbench_anomalies SET value = 21 WHERE id = 2"),
        commit(1),
        commit(2),
    ],
    sign: "one row ends up as session 1 wrote it, the other as session 2 did",
    tell: Tell::ByEnd {
        happened: |seen| {
            let mixed = [[(1, 11), (2, 22)], [(1, 12), (2, 21)]];
            seen.committed(&[1, 2]) && mixed.iter().any(|rows| seen.left() == rows)
        },
        kept: |seen| seen.left() == [(1, 12), (2, 22)],
    },
};
