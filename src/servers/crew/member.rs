//! One server of a crew.

use crate::order::Basket;
use crate::servers::ServerTally;
use crate::servers::process::Process;

/// One server of a crew.
pub(super) struct Member {
    pub(super) process: Process,
    pub(super) tally: ServerTally,
    /// What it has begun and not ended.
    pub(super) in_hand: Vec<Basket>,
    /// How many of its orders it has begun.
    pub(super) begun: i64,
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
            dying: false,
            ended: false,
        }
    }
}
