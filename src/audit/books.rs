//! What the database says, read in one look.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::db::{AnyConnection, IsolationLevel, transaction};
use crate::ledger::Entry;
use crate::{ledger, outbox, stock};

/// The items and the ledger, as they were at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// What each item says is left.
    pub stocks: BTreeMap<i64, i64>,
    /// The ledger, by order.
    pub entries: Vec<Entry>,
    /// The orders that events tell of, sorted, one for each event.
    pub events: Vec<i64>,
    /// Units sold of each item, by the ledger.
    pub sold: BTreeMap<i64, i64>,
    /// Units put back of each item, by the ledger.
    pub restocked: BTreeMap<i64, i64>,
}

impl Books {
    /// Reads the tables in one transaction that sees one state of them.
    ///
    /// # Errors
    /// Whatever the database answers: a run that cannot be audited has no result.
    pub fn read(connection: &mut AnyConnection) -> Result<Self> {
        let failed = "the tables could not be read, so there is no verdict";
        transaction::begin(connection, IsolationLevel::RepeatableRead, None).context(failed)?;
        let read = stock::left(connection).and_then(|stocks| {
            let entries = ledger::entries(connection)?;
            Ok((stocks, entries, outbox::events(connection)?))
        });
        transaction::rollback(connection);
        let (stocks, entries, events) = read.context(failed)?;
        Ok(Self {
            events,
            ..Self::of(stocks, entries)
        })
    }

    /// Books of these stocks (item and units) and entries, which are sorted by order.
    pub fn of(stocks: Vec<(i64, i64)>, entries: Vec<Entry>) -> Self {
        let mut books = Self {
            stocks: stocks.into_iter().collect(),
            ..Self::default()
        };
        for entry in &entries {
            let (side, units) = if entry.delta < 0 {
                (&mut books.sold, -entry.delta)
            } else {
                (&mut books.restocked, entry.delta)
            };
            *side.entry(entry.item_id).or_default() += units;
        }
        books.entries = entries;
        books
    }
}
