//! Who has the tables: a number that each lockbench draws and leaves in them.
//!
//! The reservation keeps others out, but a lock can be lost without a word: its session ended by
//! the server, a cluster whose nodes do not know each other's locks. That another lockbench was
//! here, the tables themselves then tell.

use anyhow::{Result, bail};
use diesel::prelude::*;
use thiserror::Error;

use crate::db::AnyConnection;
use crate::db::reservation::{self, Watch};
use crate::tables::schema::lockbench_occupant as occupant;

/// One lockbench that has the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupant {
    token: i64,
}

/// Whether somebody who had the tables before may still be at work in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Whoever was there has moved out.
    Nobody,
    /// Somebody has never moved out: killed, or without knowing that its reservation is lost.
    Somebody,
}

/// Somebody else was in the tables: what they say is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Intrusion {
    /// Another lockbench has taken them over.
    #[error(
        "another lockbench emptied these tables during the run, so there is no verdict: run this again when the other one has ended"
    )]
    Emptied,
    /// The one that had them before had not ended.
    #[error(
        "another lockbench was still using these tables, so there is no verdict: run this again"
    )]
    Disturbed,
}

impl Occupant {
    /// One with a number that no other has.
    #[allow(clippy::new_without_default)] // No two are alike.
    pub fn new() -> Self {
        Self {
            token: reservation::token().cast_signed(),
        }
    }

    /// Leaves its number in the tables, in place of whosever was there.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn move_in(self, connection: &mut AnyConnection) -> QueryResult<Before> {
        let others = connection.transaction(|connection| {
            let others = diesel::delete(occupant::table).execute(connection)?;
            diesel::insert_into(occupant::table)
                .values((occupant::token.eq(self.token), occupant::protests.eq(0)))
                .execute(connection)?;
            QueryResult::Ok(others)
        })?;
        Ok(match others {
            0 => Before::Nobody,
            _ => Before::Somebody,
        })
    }

    /// Takes its number away again.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn move_out(self, connection: &mut AnyConnection) -> QueryResult<()> {
        diesel::delete(occupant::table.filter(occupant::token.eq(self.token)))
            .execute(connection)
            .map(drop)
    }

    /// Makes sure that nobody else was in the tables since this one moved in, and tells whoever
    /// has them now that they were not left alone either.
    ///
    /// # Errors
    /// Somebody was: an [`Intrusion`]. Or whatever the database answers.
    pub fn see_that_it_was_alone(self, connection: &mut AnyConnection) -> Result<()> {
        let found: Option<(i64, i64)> = occupant::table.first(connection).optional()?;
        match found {
            Some((token, 0)) if token == self.token => Ok(()),
            Some((token, _)) if token == self.token => bail!(Intrusion::Disturbed),
            _ => {
                let mut own = self;
                own.protest(connection);
                bail!(Intrusion::Emptied)
            }
        }
    }
}

impl Watch for Occupant {
    fn is_ours(&mut self, connection: &mut AnyConnection) -> QueryResult<bool> {
        let token: Option<i64> = occupant::table
            .select(occupant::token)
            .first(connection)
            .optional()?;
        Ok(token == Some(self.token))
    }

    fn protest(&mut self, connection: &mut AnyConnection) {
        // Where the tables are gone, nobody can be led astray by what is in them.
        let _ = diesel::update(occupant::table.filter(occupant::token.ne(self.token)))
            .set(occupant::protests.eq(occupant::protests + 1))
            .execute(connection);
    }
}

/// Nobody has the tables.
///
/// # Errors
/// Whatever the database answers.
pub fn clear(connection: &mut AnyConnection) -> QueryResult<()> {
    diesel::delete(occupant::table)
        .execute(connection)
        .map(drop)
}
