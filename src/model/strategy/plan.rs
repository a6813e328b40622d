use std::fmt;
use std::num::NonZeroU32;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{Dispatch, Guard, Isolation, Layout, Read, Write};
use crate::db::Backend;

/// A strategy's row: independent choices. The first four make most strategies; the others are
/// layers that lift the ceiling of a hot row, and neutral elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Plan {
    /// What is held around the whole purchase.
    pub guard: Guard,
    /// The transaction around the statements.
    pub isolation: Isolation,
    /// How the purchase finds out what is left.
    pub read: Read,
    /// How it is taken.
    pub write: Write,
    /// How an item's units are laid out.
    #[serde(default)]
    pub layout: Layout,
    /// How a purchase reaches the database.
    #[serde(default)]
    pub dispatch: Dispatch,
    /// How many purchases of one item this process has in the database at a time; `None`: as
    /// many as there are buyers. No guard: no promise rests on it.
    #[serde(default)]
    pub gate: Option<NonZeroU32>,
}

impl Plan {
    /// A row of the first four choices, with the others neutral.
    pub const fn new(guard: Guard, isolation: Isolation, read: Read, write: Write) -> Self {
        Self {
            guard,
            isolation,
            read,
            write,
            layout: Layout::OneRow,
            dispatch: Dispatch::Statements,
            gate: None,
        }
    }

    /// The same without a gate: the row that its promise is about.
    #[must_use]
    pub(crate) fn ungated(self) -> Self {
        Self { gate: None, ..self }
    }

    /// What `backend` is sent in place of statements that it does not have, a sentence each.
    #[doc(hidden)]
    pub fn stand_ins(&self, backend: Backend) -> Vec<&'static str> {
        let level = self.isolation.level();
        let lock = self.read.row_lock();
        let for_lock = lock.and_then(|lock| backend.stands_in_for_lock(lock, level.is_some()));
        let for_level = level.and_then(|level| backend.stands_in_for_level(level));
        for_lock.into_iter().chain(for_level).collect()
    }

    /// Every combination of the first four choices that means something on `backend`. Left out
    /// are those with a choice that is a mistake by itself, and `semaphore`, which with one slot
    /// is `mutex`.
    #[doc(hidden)]
    pub fn meaningful(backend: Backend) -> Vec<Self> {
        let guards = [Guard::None, Guard::Mutex, Guard::Advisory, Guard::Leader];
        let reads = [
            Read::None,
            Read::Plain,
            Read::ForShare,
            Read::ForUpdate,
            Read::Nowait,
            Read::SkipLocked,
        ];
        let writes = [
            Write::Assign,
            Write::IfVersion,
            Write::IfEnough,
            Write::Subtract,
        ];
        let mut plans = Vec::new();
        for guard in guards {
            for &isolation in Isolation::value_variants() {
                for read in reads {
                    plans.extend(writes.map(|write| Self::new(guard, isolation, read, write)));
                }
            }
        }
        plans.retain(|plan| plan.refusal(backend).is_none());
        plans
    }

    /// Whether the write is also the check, so that whatever follows from a sale comes after
    /// it. Where the plan looks first, it comes between the look and the write.
    pub(crate) fn claims_first(&self) -> bool {
        self.read == Read::None
    }

    /// Whether no two buyers of an item can be between the check and the commit at the same
    /// time, in so many processes: only that protects what no rollback takes back.
    pub(crate) fn admits_one_at_a_time(&self, servers: u32, slots: u32) -> bool {
        let transaction = self.isolation != Isolation::Autocommit;
        let guarded = match self.guard {
            Guard::Mutex => servers <= 1,
            Guard::Semaphore => servers <= 1 && slots <= 1,
            Guard::Advisory | Guard::Leader => true,
            _ => false,
        };
        let locked = match self.read {
            Read::ForUpdate | Read::Nowait | Read::SkipLocked | Read::SkippedIsSoldOut => {
                transaction
            }
            // The conditional write itself: of two, one finds nothing left.
            Read::None => self.write == Write::IfEnough,
            _ => false,
        };
        guarded || locked && self.layout == Layout::OneRow
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "guard {} · isolation {} · read {} · write {}",
            self.guard, self.isolation, self.read, self.write
        )?;
        if self.layout != Layout::OneRow {
            write!(f, " · layout {}", self.layout)?;
        }
        if self.dispatch != Dispatch::Statements {
            write!(f, " · dispatch {}", self.dispatch)?;
        }
        match self.gate {
            Some(gate) => write!(f, " · gate {gate}"),
            None => Ok(()),
        }
    }
}
