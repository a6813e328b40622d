//! The lost update.

use super::{Anomaly, Tell, begin, commit, send};

/// Hermitage, P4. There both sessions write 11; here each takes something away from what it has
/// read, since writing the same value twice cannot show that one of the writes is lost.
pub(super) const LOST_UPDATE: Anomaly = Anomaly {
    letter: "P4",
    name: "lost-update",
    short: "a write undoes another it knows nothing about",
    what: "Two transactions read the same value, and each writes what it computed from it: the \
           second write undoes the first.",
    script: &[
        begin(1),
        begin(2),
        send(1, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        send(2, "SELECT * FROM lockbench_anomalies WHERE id = 1"),
        send(
            1,
            "UPDATE lockbench_anomalies SET value = {read} - 3 WHERE id = 1",
        ),
        send(
            2,
            "UPDATE lockbench_anomalies SET value = {read} - 4 WHERE id = 1",
        )
        .and_waits(),
        commit(1),
        commit(2),
    ],
    sign: "the two have taken 3 and 4 of 10, and more than 3 is left",
    tell: Tell::ByEnd {
        happened: |seen| {
            let either = [[(1, 7), (2, 20)], [(1, 6), (2, 20)]];
            seen.committed(&[1, 2]) && either.iter().any(|rows| seen.left() == rows)
        },
        kept: |seen| seen.left() == [(1, 3), (2, 20)],
    },
};
