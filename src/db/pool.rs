//! The connection pool: r2d2, over connections of our own making.

use std::fmt;
use std::time::Duration;

use anyhow::Result;
use diesel::r2d2::{ManageConnection, NopErrorHandler, R2D2Connection};

use super::{AnyConnection, Conflict, Database, conflict};

/// How long the pool may take to open its connections, and a buyer may wait for one.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the pool may take to open all its connections.
const OPENING: Duration = Duration::from_secs(5);

/// A pool of connections to one database.
pub type Pool = diesel::r2d2::Pool<Connector>;

/// A connection on loan from the pool.
pub type Loan = diesel::r2d2::PooledConnection<Connector>;

/// Makes the pool's connections.
pub struct Connector {
    connect: Box<dyn Fn() -> Result<AnyConnection> + Send + Sync>,
}

/// Why the pool could not open a connection.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct ConnectError(anyhow::Error);

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl ManageConnection for Connector {
    type Connection = AnyConnection;
    type Error = ConnectError;

    fn connect(&self) -> Result<AnyConnection, ConnectError> {
        (self.connect)().map_err(ConnectError)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), ConnectError> {
        connection
            .ping()
            .map_err(|error| ConnectError(error.into()))
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

/// Opens a pool of exactly `size` connections.
///
/// No connection is tested when it is lent, which would cost a round trip each time, and none
/// is ever retired for its age.
///
/// # Errors
/// The database gives fewer connections than `size`, in its own words.
pub fn open(database: &Database, size: u32) -> Result<Pool> {
    let connector = Connector {
        connect: Box::new(database.connector()),
    };
    let pool = Pool::builder()
        .max_size(size)
        .min_idle(Some(size))
        .test_on_check_out(false)
        .max_lifetime(None)
        .idle_timeout(None)
        .connection_timeout(PATIENCE)
        // The default handler writes to a log that nobody reads here; the error comes back below.
        .error_handler(Box::new(NopErrorHandler))
        .build_unchecked(connector);
    match open_all(&pool, size) {
        Ok(()) => Ok(pool),
        Err(error) => {
            let full = conflict::refused_connection(database.backend(), &format!("{error:#}"))
                .is_some_and(|refusal| refusal.conflict == Conflict::TooManyConnections);
            let hint = if full { "; use a smaller `--pool`" } else { "" };
            Err(error.context(format!(
                "could not open {size} connections to {}{hint}",
                database.shown_url()
            )))
        }
    }
}

/// Makes the session of every connection of the pool like a new one, and gives whether that was
/// possible; otherwise the pool is of no use for anybody else.
pub fn renew(database: &Database, pool: &Pool) -> bool {
    let renewed = |_| {
        let mut loan = pool.get_timeout(OPENING).ok()?;
        let is_new = database.renew(&mut loan);
        is_new.is_ok_and(|is_new| is_new).then_some(loan)
    };
    // All at once, so that none is lent twice.
    let loans: Option<Vec<Loan>> = (0..pool.max_size()).map(renewed).collect();
    loans.is_some()
}

/// Borrows every connection once: the pool opens them in the background, and would leave the
/// first buyers to wait for it.
fn open_all(pool: &Pool, size: u32) -> Result<()> {
    let loans: Result<Vec<_>, _> = (0..size).map(|_| pool.get_timeout(OPENING)).collect();
    loans.map(drop).map_err(Into::into)
}
