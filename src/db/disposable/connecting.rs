//! A connection that looks after the database.

use anyhow::Result;
use diesel::PgConnection;

use crate::db::postgres;
use crate::db::refusal::Refusal;

/// A connection by libpq's settings, whose session is left as it comes.
pub(super) fn connect(settings: &str) -> Result<PgConnection> {
    postgres::establish(settings).map_err(Refusal::into_error)
}
