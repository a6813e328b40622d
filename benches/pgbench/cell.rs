//! One cell of the comparison: what both do, and what came of it.

use lockbench::compare::statistics::Estimate;
use lockbench::model::candidate::Candidate;
use lockbench::model::strategy::Strategy;
use serde::{Serialize, Serializer};

/// What both do.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cell {
    /// What pgbench runs.
    #[serde(serialize_with = "by_name")]
    pub(crate) strategy: Strategy,
    /// What lockbench runs: the same, but for a layer on top.
    #[serde(rename = "lockbench")]
    pub(crate) ours: Candidate,
    /// Whether lockbench keeps each thread to one processor.
    pub(crate) pin: bool,
    pub(crate) clients: u32,
    /// 1 is one hot row.
    pub(crate) items: i64,
    /// Whether a commit waits for the disk.
    pub(crate) durable: bool,
}

impl Cell {
    /// Whether lockbench has a layer that pgbench has not.
    pub(crate) fn is_lifted(&self) -> bool {
        self.ours.plan != self.strategy.plan()
    }

    /// pgbench's numbers of threads to compare with: 2, and one for each client. Up to two
    /// clients they are the same.
    pub(crate) fn jobs(&self) -> Vec<u32> {
        match self.clients {
            0..=2 => vec![self.clients],
            clients => vec![2, clients],
        }
    }
}

fn by_name<S: Serializer>(strategy: &Strategy, to: S) -> Result<S::Ok, S::Error> {
    strategy.to_string().serialize(to)
}

/// What one run brought.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Run {
    pub(crate) sales_per_s: f64,
    /// Processor time of the client for each sale, connecting included.
    pub(crate) cpu_us: f64,
    /// How often a thread of the client went to sleep for each sale.
    pub(crate) switches: f64,
    /// Attempts that met another buyer, for each sale.
    pub(crate) conflicts: f64,
    /// The 99th percentile of the latency of the sales, in microseconds; pgbench does not tell.
    pub(crate) p99_us: Option<f64>,
}

/// All rounds of a cell.
#[derive(Debug, Serialize)]
pub(crate) struct Held {
    #[serde(flatten)]
    pub(crate) cell: Cell,
    pub(crate) ours: Vec<Run>,
    pub(crate) against: Vec<Against>,
    /// What the model allows a hot row at the most; `null` where it says nothing.
    pub(crate) ceiling_per_s: Option<f64>,
}

/// The comparison with pgbench on so many threads.
#[derive(Debug, Serialize)]
pub(crate) struct Against {
    pub(crate) jobs: u32,
    pub(crate) theirs: Vec<Run>,
    /// How many times its sales lockbench made, round by round.
    pub(crate) ratio: Option<Estimate>,
}
