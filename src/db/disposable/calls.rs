//! The calls that programs make to the outside, kept in the database as any other state of theirs.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{PgConnection, RunQueryDsl, sql_query};

use super::{Disposable, OUTSIDE, ready};

/// A call to the outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// GET, POST, …
    pub method: String,
    /// The path and the query.
    pub path: String,
    /// What it brings, if anything.
    pub body: Option<String>,
    /// The key by which it is known again.
    pub idempotency_key: Option<String>,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept.
    New,
    /// One with its key was there already: nothing is kept.
    Known,
}

/// Keeps calls, each at once and whatever becomes of the transaction of whoever has made it.
pub struct Calls {
    connect: Box<dyn Fn() -> Result<PgConnection> + Send + Sync>,
    /// None before the first call, and where the last one has failed.
    connection: Mutex<Option<PgConnection>>,
}

impl Calls {
    /// Makes their table, on a connection that is there.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn make(disposable: &Disposable, connection: &mut PgConnection) -> Result<Self> {
        let make = format!(
            "DROP SCHEMA IF EXISTS {OUTSIDE} CASCADE; CREATE SCHEMA {OUTSIDE}; \
             CREATE TABLE {OUTSIDE}.calls (method text NOT NULL, path text NOT NULL, \
             body text, idempotency_key text UNIQUE)"
        );
        connection
            .batch_execute(&make)
            .context("the table of the calls could not be made")?;
        Ok(Self {
            connect: Box::new(disposable.connector()),
            connection: Mutex::default(),
        })
    }

    /// Keeps one.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn keep(&self, call: &Call) -> Result<Kept> {
        let mut place = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut connection = match place.take() {
            Some(connection) => connection,
            None => {
                let mut connection = (self.connect)()?;
                ready(&mut connection)?;
                connection
            }
        };
        // No text of PostgreSQL's has a NUL in it.
        let text = |text: &str| text.replace('\0', "\u{fffd}");
        let kept = sql_query(format!(
            "INSERT INTO {OUTSIDE}.calls (method, path, body, idempotency_key) \
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
        ))
        .bind::<Text, _>(text(&call.method))
        .bind::<Text, _>(text(&call.path))
        .bind::<Nullable<Text>, _>(call.body.as_deref().map(text))
        .bind::<Nullable<Text>, _>(call.idempotency_key.as_deref().map(text))
        .execute(&mut connection)?;
        *place = Some(connection);
        Ok(match kept {
            0 => Kept::Known,
            _ => Kept::New,
        })
    }
}
