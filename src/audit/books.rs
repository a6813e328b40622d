//! What the database says, read in one look.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use diesel::QueryResult;

use super::{Events, Recorded};
use crate::db::{AnyConnection, IsolationLevel, transaction};
use crate::hammer::{Told, Wishes};
use crate::ledger::Entry;
use crate::{ledger, outbox, stock};

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
    /// holds each row against what was ordered by what `told` knows.
    ///
    /// # Errors
    /// Whatever the database answers: a run that cannot be audited has no result.
    pub fn read(connection: &mut AnyConnection, told: &Told) -> Result<Self> {
        let failed = "the tables could not be read, so there is no verdict";
        transaction::begin(connection, IsolationLevel::RepeatableRead, None).context(failed)?;
        let read = Self::read_all(connection, &told.wishes());
        transaction::rollback(connection);
        read.context(failed)
    }

    fn read_all(connection: &mut AnyConnection, wishes: &Wishes<'_>) -> QueryResult<Self> {
        let mut books = Self::of_items(stock::left(connection)?);
        ledger::for_each(connection, |entry| books.enter(entry, wishes))?;
        outbox::for_each(connection, |order_key| books.events.add(order_key))?;
        Ok(books)
    }

    /// Books of these stocks (item and units) and entries.
    pub fn of(stocks: Vec<(i64, i64)>, entries: &[Entry], told: &Told) -> Self {
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
