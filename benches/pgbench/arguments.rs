//! What is to be compared.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::strategy::Strategy;

use super::cell::Cell;

/// Compares lockbench with pgbench, which runs the strategies' own statements
#[derive(Debug, Parser)]
#[command(name = "cargo bench --bench pgbench --")]
pub(crate) struct Arguments {
    /// One minute: few cells, for a look
    #[arg(long)]
    quick: bool,
    /// Every strategy that pgbench can express: hours
    #[arg(long, conflicts_with = "quick")]
    full: bool,
    /// Strategies to compare
    #[arg(long, value_delimiter = ',', value_enum)]
    strategies: Vec<Strategy>,
    /// Numbers of clients
    #[arg(long, value_delimiter = ',')]
    clients: Vec<u32>,
    /// Numbers of items: 1 is one hot row
    #[arg(long, value_delimiter = ',')]
    items: Vec<i64>,
    /// Whether a commit waits for the disk: `on`, `off` (fsync), or both
    #[arg(long, value_delimiter = ',', value_enum)]
    fsync: Vec<Fsync>,
    /// Rounds of each cell, in which each of the two runs once; below 6 there is no interval
    #[arg(long)]
    rounds: Option<usize>,
    /// Seconds of each run
    #[arg(long)]
    seconds: Option<u32>,
    /// Where to write result.json and result.md
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/pgbench"))]
    pub(crate) output: PathBuf,
    /// Also put the tables into docs/pgbench.md
    #[arg(long)]
    pub(crate) docs: bool,
    /// Said by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Fsync {
    On,
    Off,
}

/// What one round of a run takes beside its seconds: the reset, connecting, and counting.
const OVERHEAD: Duration = Duration::from_millis(300);

impl Arguments {
    /// Every cell, those of one server together.
    pub(crate) fn cells(&self) -> Vec<Cell> {
        use Strategy as S;
        let usual: &[Strategy] = match (self.full, self.quick) {
            (true, _) => &[
                S::Naive,
                S::Transaction,
                S::Pessimistic,
                S::Optimistic,
                S::RepeatableRead,
                S::Serializable,
                S::Atomic,
                S::Advisory,
            ],
            (_, true) => &[S::Pessimistic, S::Atomic],
            _ => &[S::Pessimistic, S::Optimistic, S::Atomic],
        };
        let strategies = or(&self.strategies, usual);
        let clients = or(
            &self.clients,
            if self.quick { &[8] } else { &[1, 2, 8, 32] },
        );
        let items = or(&self.items, &[1, 1_000]);
        let usual: &[Fsync] = if self.quick {
            &[Fsync::On]
        } else {
            &[Fsync::On, Fsync::Off]
        };
        let mut cells = Vec::new();
        for fsync in or(&self.fsync, usual) {
            let durable = fsync == Fsync::On;
            for &strategy in &strategies {
                for &items in &items {
                    for &clients in &clients {
                        let cell = Cell {
                            strategy,
                            ours: strategy.into(),
                            pin: false,
                            clients,
                            items,
                            durable,
                        };
                        cells.push(cell.clone());
                        // To stay on a processor is for those who keep all of them busy.
                        if items > 1 && clients > 2 && !self.quick {
                            cells.push(Cell { pin: true, ..cell });
                        }
                    }
                }
            }
            if durable && self.strategies.is_empty() && !self.quick {
                cells.extend(lifted());
            }
        }
        cells
    }

    pub(crate) fn rounds(&self) -> usize {
        self.rounds.unwrap_or(6)
    }

    pub(crate) fn seconds(&self) -> u32 {
        self.seconds.unwrap_or(1).max(1)
    }

    /// How long it will take.
    pub(crate) fn estimated(&self, cells: &[Cell]) -> Duration {
        let runs: usize = cells.iter().map(|cell| 1 + cell.jobs().len()).sum();
        let each = Duration::from_secs(self.seconds().into()) + OVERHEAD;
        each * u32::try_from(runs * self.rounds()).unwrap_or(u32::MAX)
    }
}

/// What lifts a hot row's ceiling, and what pgbench can do instead: the same strategy without a
/// gate, and its single statement, as a transaction or as one call.
fn lifted() -> impl Iterator<Item = Cell> {
    let gated = Candidate::new(
        Strategy::Optimistic,
        Overrides {
            gate: NonZeroU32::new(1),
            ..Overrides::default()
        },
    );
    let pairs = [
        // The single statement by itself, for the time that it takes the client.
        (Strategy::Procedure, Strategy::Procedure.into()),
        (Strategy::Optimistic, gated),
        (Strategy::Atomic, Strategy::Combine.into()),
        (Strategy::Procedure, Strategy::Combine.into()),
        (Strategy::Atomic, Strategy::Buckets.into()),
        (Strategy::Atomic, Strategy::Procedure.into()),
    ];
    pairs.into_iter().map(|(strategy, ours)| Cell {
        strategy,
        ours,
        pin: false,
        clients: 32,
        items: 1,
        durable: true,
    })
}

fn or<T: Clone>(given: &[T], usual: &[T]) -> Vec<T> {
    if given.is_empty() { usual } else { given }.to_vec()
}
