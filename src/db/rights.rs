//! What a user must be granted, as the very statement that grants it, and only where a right is
//! what is missing.

#[cfg(feature = "mysql")]
mod mysql;
mod postgres;

use anyhow::{Result, anyhow};
use diesel::result::Error;

use super::{AnyConnection, Backend};

/// What lockbench is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To read its tables.
    Read,
    /// To fill, empty and use its tables.
    Use,
    /// To make its tables.
    Create,
    /// To make the procedure that the strategy `procedure` calls.
    Procedure,
    /// To remove all that it has made.
    Drop,
    /// To make a table that only its session sees.
    Temporary,
}

/// Makes sure that no missing right hides behind another error: to PostgreSQL, a table in a schema
/// that we have no USAGE on does not exist.
///
/// # Errors
/// A right is missing: then with the statement that grants it.
pub fn demand(connection: &mut AnyConnection, need: Need) -> Result<()> {
    match connection {
        AnyConnection::Postgres(inner) => match postgres::missing_inside(inner, need)? {
            Some(advice) => Err(anyhow!(advice)),
            None => Ok(()),
        },
        // These name the right that is missing when it is missed; SQLite has none.
        _ => Ok(()),
    }
}

/// Adds to an error what to grant, where it says that a right is missing.
pub fn explain(connection: &mut AnyConnection, need: Need, error: anyhow::Error) -> anyhow::Error {
    if !is_denial(connection.backend(), &error) {
        return error;
    }
    let advice = match connection {
        AnyConnection::Sqlite(_) => None,
        AnyConnection::Postgres(inner) => postgres::missing(inner, need).ok().flatten(),
        #[cfg(feature = "mysql")]
        AnyConnection::Mysql(inner) => mysql::grant(inner, need).ok(),
    };
    match advice {
        Some(advice) => error.context(advice),
        None => error,
    }
}

/// Whether the database refuses for want of a right: PostgreSQL's 42501 (manual, appendix A), and
/// 1044, 1142, 1227 and 1370 of MariaDB and MySQL (MariaDB Knowledge Base, "MariaDB Error
/// Codes"). diesel hands out neither the SQLSTATE nor the number, so that the message is read.
fn is_denial(backend: Backend, error: &anyhow::Error) -> bool {
    let words: &[&str] = match backend {
        Backend::Sqlite => &[],
        Backend::Postgres => &["permission denied", "must be owner of"],
        Backend::Mysql => &[
            "denied to user",
            "Access denied for user",
            "Access denied; you need",
        ],
    };
    error.chain().any(|cause| {
        let message = match cause.downcast_ref::<Error>() {
            Some(Error::DatabaseError(_, information)) => information.message().to_owned(),
            _ => cause.to_string(),
        };
        words.iter().any(|words| message.contains(words))
    })
}
