//! What must hold at the end of every schedule.

use anyhow::{Context, Result};

#[cfg(feature = "mysql")]
use super::mysql;
use super::{on_either, postgres};
use crate::db::AnyConnection;

/// Whether an invariant gives no row, or only true.
///
/// # Errors
/// It is no SQL that gives that.
pub fn holds(connection: &mut AnyConnection, invariant: &str) -> Result<bool> {
    let question = invariant.trim().trim_end_matches(';');
    let found = on_either!(connection, inner =>
        postgres::holds(inner, question),
        mysql::holds(inner, question)
    );
    found.with_context(|| format!("the invariant `{question}` cannot be asked"))
}
