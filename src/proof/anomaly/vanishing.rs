//! A transaction that was seen, and is gone again.

use super::{Anomaly, Rows, Tell, begin, commit, send};

/// Hermitage, OTV, with the reads of its MySQL page: the whole table at once.
pub(super) const OBSERVED_TRANSACTION_VANISHES: Anomaly = Anomaly {
    letter: "OTV",
    name: "observed-transaction-vanishes",
    short: "half of what was seen vanishes",
    what: "A transaction sees half of what another has written, while a third has already \
           overwritten the other half: what it saw vanishes before its eyes.",
    script: &[
        begin(1),
        begin(2),
        begin(3),
        send(1, "UPDATE lockbench_anomalies SET value = 11 WHERE id = 1"),
        send(1, "UPDATE lockbench_anomalies SET value = 19 WHERE id = 2"),
        send(2, "UPDATE lockbench_anomalies SET value = 12 WHERE id = 1").and_waits(),
        commit(1),
        send(3, "SELECT * FROM lockbench_anomalies"),
        send(2, "UPDATE lockbench_anomalies SET value = 18 WHERE id = 2"),
        send(3, "SELECT * FROM lockbench_anomalies"),
        commit(2),
        send(3, "SELECT * FROM lockbench_anomalies"),
        commit(3),
    ],
    sign: "session 3 reads one row as session 1 wrote it, the other as session 2 did",
    tell: Tell::ByReads {
        happened: |seen| {
            let halves = [[(1, 12), (2, 19)], [(1, 11), (2, 18)]];
            let torn = |rows: &Rows| halves.iter().any(|half| rows == half);
            seen.reads(3).iter().any(torn)
        },
        kept: |seen| {
            let wholes = [[(1, 10), (2, 20)], [(1, 11), (2, 19)], [(1, 12), (2, 18)]];
            let whole = |rows: &Rows| wholes.iter().any(|whole| rows == whole);
            seen.reads(3).len() == 3 && seen.reads(3).iter().all(whole)
        },
    },
};
