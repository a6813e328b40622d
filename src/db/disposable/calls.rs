//! The calls that programs make to the outside, kept in the database as any other state of theirs.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{RunQueryDsl, sql_query};

use super::call::Call;
use super::{Disposable, OUTSIDE, ready};
use crate::db::{AnyConnection, Backend};

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
    connect: Box<dyn Fn() -> Result<AnyConnection> + Send + Sync>,
    /// None before the first call, and where the last one has failed.
    connection: Mutex<Option<AnyConnection>>,
}

impl Calls {
    /// Makes their table, on a connection that is there.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub fn make(disposable: &Disposable, connection: &mut AnyConnection) -> Result<Self> {
        // What is unique on MariaDB has a length.
        let (cascade, key) = match connection.backend() {
            Backend::Mysql => ("", "varchar(255) COLLATE utf8mb4_bin"),
            _ => ("CASCADE", "text"),
        };
        let make = format!(
            "DROP SCHEMA IF EXISTS {OUTSIDE} {cascade}; CREATE SCHEMA {OUTSIDE}; \
             CREATE TABLE {OUTSIDE}.calls (method text NOT NULL, path text NOT NULL, \
             body text, idempotency_key {key} UNIQUE)"
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
        let (known, values) = match connection.backend() {
            Backend::Mysql => ("idempotency_key = idempotency_key", "?, ?, ?, ?"),
            _ => ("NOTHING", "$1, $2, $3, $4"),
        };
        let on_known = match connection.backend() {
            Backend::Mysql => "ON DUPLICATE KEY UPDATE",
            _ => "ON CONFLICT DO",
        };
        let kept = sql_query(format!(
            "INSERT INTO {OUTSIDE}.calls (method, path, body, idempotency_key) \
             VALUES ({values}) {on_known} {known}"
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
