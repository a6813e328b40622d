use std::collections::BTreeMap;

use serde::Serialize;

use crate::hammer::{OrderResult, Outcome};

/// What one server did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ServerTally {
    /// Which one, from 1 up.
    pub server: u32,
    /// Orders carried out.
    pub done: u64,
    /// Orders turned away for want of stock; invoices that had been sent already.
    pub sold_out: u64,
    /// Orders left to whoever had the item just then.
    pub in_use: u64,
    /// Orders given up, failed, or of unknown end.
    pub not_done: u64,
    /// Bills sent, by the gateway's record; filled in by who has that.
    pub billed: u64,
    /// Attempts that met somebody else, by cause.
    pub conflicts: BTreeMap<&'static str, u64>,
    /// How often it was killed, and started again.
    pub killed: u64,
}

impl ServerTally {
    /// A server that has done nothing yet.
    pub(super) fn new(server: u32) -> Self {
        Self {
            server,
            ..Self::default()
        }
    }

    /// Counts what became of one basket.
    pub(super) fn count(&mut self, settled: &OrderResult) {
        match settled.outcome {
            Outcome::Done => self.done += 1,
            Outcome::SoldOut => self.sold_out += 1,
            Outcome::InUse => self.in_use += 1,
            Outcome::GaveUp | Outcome::Failed | Outcome::Unknown => self.not_done += 1,
        }
        for conflict in &settled.conflicts {
            *self.conflicts.entry(conflict.name()).or_default() += 1;
        }
    }
}
