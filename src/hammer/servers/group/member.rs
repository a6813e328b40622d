use std::collections::BTreeSet;

use crate::hammer::servers::ServerTally;
use crate::hammer::servers::process::Process;
use crate::model::order::Basket;

/// One server of the group, seen from the process that starts them.
pub(super) struct Member {
    pub(super) process: Process,
    pub(super) tally: ServerTally,
    /// What it has begun and not ended.
    pub(super) in_hand: Vec<Basket>,
    /// The index after the last of its orders that it has begun.
    pub(super) begun: i64,
    /// Indices before that which no worker has begun: each draws its number first.
    drawn: BTreeSet<i64>,
    /// Whether it was killed, and is to be started again once it has said its last.
    pub(super) dying: bool,
    pub(super) ended: bool,
}

impl Member {
    /// A server that has begun nothing yet.
    pub(super) fn new(server: u32, process: Process) -> Self {
        Self {
            process,
            tally: ServerTally::new(server),
            in_hand: Vec::new(),
            begun: 0,
            drawn: BTreeSet::new(),
            dying: false,
            ended: false,
        }
    }

    /// A worker of its has begun the order with that index among the server's own.
    pub(super) fn begin(&mut self, index: i64) {
        self.drawn.remove(&index);
        self.drawn.extend(self.begun..index);
        self.begun = self.begun.max(index + 1);
    }

    /// The indices that it has drawn and not begun, which it will never begin if it is dead.
    pub(super) fn take_drawn(&mut self) -> BTreeSet<i64> {
        std::mem::take(&mut self.drawn)
    }
}
