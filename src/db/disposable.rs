//! A database that was made to be changed at will: put back as it was, read, removed.

mod call;
mod calls;
mod catalog;
mod clients;
mod contents;
mod copies;
mod error;
mod gates;
mod invariant;
mod making;
#[cfg(feature = "mysql")]
mod mysql;
mod postgres;
mod reach;
mod session;
mod set_up;

pub use call::Call;
pub use calls::{Calls, Kept};
pub use catalog::{Catalog, Column, ForeignKey, Table};
pub use clients::{Listens, WhereClients};
pub use contents::{Contents, Row};
pub use copies::{Copies, put_back};
pub use error::MakeError;
pub use gates::make_gates;
pub use invariant::holds;
pub use making::{Disposable, EndSession};
pub use postgres::{Reach, Relation, quoted};
pub use reach::reach;
pub use session::Session;
pub use set_up::ready;

/// The schema that holds the copies of the tables.
const SCHEMA: &str = "lockbench_race";

/// The schema that holds the calls to the outside.
const OUTSIDE: &str = "lockbench_outside";

/// Does the first with a connection to PostgreSQL, and the second with one to MariaDB.
macro_rules! on_either {
    ($connection:expr, $inner:ident => $postgres:expr, $mysql:expr) => {
        match $connection {
            $crate::db::AnyConnection::Postgres($inner) => $postgres,
            #[cfg(feature = "mysql")]
            $crate::db::AnyConnection::Mysql($inner) => $mysql,
            $crate::db::AnyConnection::Sqlite(_) => {
                Err(anyhow::anyhow!("SQLite has no server to race sessions on"))
            }
        }
    };
}

use on_either;

/// What the process does that drops a copy: reads until the end, and then drops the database that
/// it was told of.
///
/// # Errors
/// The server does not let it.
pub fn keep() -> anyhow::Result<()> {
    postgres::keep()
}
