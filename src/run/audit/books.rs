//! What the database says, read in one look.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use super::{Events, Recorded};
use crate::db::{AnyConnection, IsolationLevel, transaction};
use crate::hammer::{OrderOutcomes, Wishes};
use crate::tables::ledger::Entry;
use crate::tables::{ledger, outbox, stock};

/// The items and the ledger, as they were at one moment. Its size depends on the number of
/// items, and hardly on that of the orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Books {
    /// What each item says is left.
    pub stocks: BTreeMap<i64, i64>,
    /// Which orders the ledger has.
    pub ledger: Recorded,
    /// Which orders events tell of.
    pub events: Events,
    /// Units sold of each item, by the ledger.
    pub sold: BTreeMap<i64, i64>,
    /// Units put back of each item, by the ledger.
    pub restocked: BTreeMap<i64, i64>,
}

impl Books {
    /// Reads the tables in one transaction that sees one state of them, a page at a time, and
    /// holds each row against what was ordered by what `told` knows. There must be so many
    /// `items`, and as many rows read as the tables have.
    ///
    /// # Errors
    /// Whatever the database answers, or a part was not seen: a run that cannot be audited as a
    /// whole has no result.
    #[doc(hidden)]
    pub fn read(connection: &mut AnyConnection, items: i64, told: &OrderOutcomes) -> Result<Self> {
        let failed = "the tables could not be read, so there is no verdict";
        transaction::begin(connection, IsolationLevel::RepeatableRead, None).context(failed)?;
        let read = Self::read_all(connection, items, &told.wishes());
        transaction::rollback(connection);
        read.context(failed)
    }

    fn read_all(connection: &mut AnyConnection, items: i64, wishes: &Wishes<'_>) -> Result<Self> {
        let mut books = Self::of_items(stock::left(connection)?);
        let found = books.stocks.len() as i64;
        ensure!(found == items, "{found} of {items} items are there");
        // What one row says is not cut short: a limit on reads shows here, and below.
        let left: i64 = books.stocks.values().sum();
        let all_left = stock::total(connection)?;
        ensure!(
            left == all_left,
            "{all_left} units are left, and {left} of them were read"
        );
        let (mut rows, mut moved, mut events) = (0, 0, 0);
        ledger::for_each(connection, |entry| {
            rows += 1;
            moved += entry.delta;
            books.enter(entry, wishes);
        })?;
        outbox::for_each(connection, |order_key| {
            events += 1;
            books.events.add(order_key);
        })?;
        let (all_rows, all_moved) = ledger::totals(connection)?;
        ensure!(
            (rows, moved) == (all_rows, all_moved),
            "the ledger has {all_rows} rows that add up to {all_moved} units, and {rows} of \
             {moved} units were read"
        );
        let all_events = outbox::count(connection)?;
        ensure!(
            events == all_events,
            "the outbox has {all_events} rows, and {events} were read"
        );
        Ok(books)
    }

    /// Books of these stocks (item and units) and entries.
    #[doc(hidden)]
    pub fn of(stocks: Vec<(i64, i64)>, entries: &[Entry], told: &OrderOutcomes) -> Self {
        let (mut books, wishes) = (Self::of_items(stocks), told.wishes());
        for entry in entries {
            books.enter(entry, &wishes);
        }
        books
    }

    fn of_items(stocks: Vec<(i64, i64)>) -> Self {
        Self {
            stocks: stocks.into_iter().collect(),
            ..Self::default()
        }
    }

    fn enter(&mut self, entry: &Entry, wishes: &Wishes<'_>) {
        let (side, units) = if entry.delta < 0 {
            (&mut self.sold, -entry.delta)
        } else {
            (&mut self.restocked, entry.delta)
        };
        *side.entry(entry.item_id).or_default() += units;
        self.ledger.add(entry, wishes);
    }
}
