//! Locking reads, and how each database writes them.

use std::marker::PhantomData;

use diesel::backend::Backend as DieselBackend;
#[cfg(feature = "mysql")]
use diesel::mysql::Mysql;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

use super::{Backend, Conflict};

/// The lock that a `SELECT` takes on the rows it returns.
///
/// PostgreSQL 15 manual, 13.3.2 "Row-Level Locks", and `SELECT`, "The Locking Clause"; MariaDB
/// Knowledge Base, `FOR UPDATE`, `LOCK IN SHARE MODE` and `SKIP LOCKED` (10.6 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowLock {
    /// `FOR SHARE`: others may read it and share the lock, none may write.
    ForShare,
    /// `FOR UPDATE`: the next buyer waits.
    ForUpdate,
    /// `FOR UPDATE NOWAIT`: the next buyer gets an error instead of waiting.
    NoWait,
    /// `FOR UPDATE SKIP LOCKED`: the next buyer sees no such row.
    SkipLocked,
}

impl Backend {
    /// Why this database cannot take that row lock; `None` when it can.
    ///
    /// SQLite has one write lock for the whole file and none for a row
    /// (<https://sqlite.org/lockingv3.html>). A `FOR UPDATE` is at home there as
    /// `BEGIN IMMEDIATE`, which takes that one lock early; these have no counterpart.
    pub fn refuses_row_lock(self, lock: RowLock) -> Option<&'static str> {
        match (self, lock) {
            (Self::Sqlite, RowLock::SkipLocked) => Some(
                "SQLite locks the whole database, never a single row, so there is no locked row to skip",
            ),
            (Self::Sqlite, RowLock::ForShare) => {
                Some("SQLite has no shared row lock: in WAL mode a reader never blocks a writer")
            }
            _ => None,
        }
    }
}

impl Conflict {
    /// What it means when a read that asked for `lock` is refused with it. MariaDB answers
    /// NOWAIT as it answers a wait that took too long, and only we know which we asked for.
    pub fn of_read(self, lock: Option<RowLock>) -> Self {
        match (self, lock) {
            (Self::LockTimeout, Some(RowLock::NoWait)) => Self::LockNotAvailable,
            _ => self,
        }
    }
}

impl RowLock {
    /// Whether a read that asks for it waits for whoever has the row.
    pub fn waits(self) -> bool {
        match self {
            Self::ForShare | Self::ForUpdate => true,
            Self::NoWait | Self::SkipLocked => false,
        }
    }
}

/// How a kind of database asks for a lock.
pub trait Clauses: DieselBackend {
    /// The clause behind a query.
    fn clause(lock: RowLock) -> &'static str {
        match lock {
            RowLock::ForShare => " FOR SHARE",
            RowLock::ForUpdate => " FOR UPDATE",
            RowLock::NoWait => " FOR UPDATE NOWAIT",
            RowLock::SkipLocked => " FOR UPDATE SKIP LOCKED",
        }
    }
}

impl Clauses for Pg {}

impl Clauses for Sqlite {
    /// Taken by BEGIN IMMEDIATE: see `transaction::begin`.
    fn clause(_: RowLock) -> &'static str {
        ""
    }
}

#[cfg(feature = "mysql")]
impl Clauses for Mysql {
    fn clause(lock: RowLock) -> &'static str {
        match lock {
            // MariaDB has no FOR SHARE, and MySQL still knows what it was called before.
            RowLock::ForShare => " LOCK IN SHARE MODE",
            lock => Pg::clause(lock),
        }
    }
}

/// A lock as a type, so that each makes a statement of its own.
pub trait Lock: 'static {
    /// Which one it is.
    const LOCK: RowLock;
}

/// Declares such a type for each lock.
macro_rules! locks {
    ($($lock:ident),*) => {$(
        #[doc = concat!("[`RowLock::", stringify!($lock), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $lock;

        impl Lock for $lock {
            const LOCK: RowLock = RowLock::$lock;
        }
    )*};
}

locks!(ForShare, ForUpdate, NoWait, SkipLocked);

/// A query with a locking clause behind it.
///
/// diesel's own `.for_update()` does not compile for several backends. The lock is a part of the
/// type: diesel finds a prepared statement by its type, and would else hand the statement of one
/// lock to a read that asked for another.
#[derive(Clone, Copy, Debug)]
pub struct Locking<Q, L> {
    query: Q,
    lock: PhantomData<L>,
}

impl<Q, L> Locking<Q, L> {
    /// `query` with that lock.
    pub fn new(query: Q, _: L) -> Self {
        Self {
            query,
            lock: PhantomData,
        }
    }
}

impl<DB: Clauses, Q: QueryFragment<DB>, L: Lock> QueryFragment<DB> for Locking<Q, L> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(DB::clause(L::LOCK));
        Ok(())
    }
}

impl<Q: QueryId, L: Lock> QueryId for Locking<Q, L> {
    type QueryId = Locking<Q::QueryId, L>;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query, L> Query for Locking<Q, L> {
    type SqlType = Q::SqlType;
}

impl<Q, L, C> RunQueryDsl<C> for Locking<Q, L> {}

/// Does `$work` with the query `$locked` that is `$query` with `$lock` behind it; `None` is a
/// plain read.
macro_rules! with_lock {
    ($query:expr, $lock:expr, $locked:ident => $work:expr) => {
        $crate::db::row_lock::with_lock!(
            @each $query, $lock, $locked => $work, ForShare, ForUpdate, NoWait, SkipLocked
        )
    };
    (@each $query:expr, $lock:expr, $locked:ident => $work:expr, $($kind:ident),*) => {
        match $lock {
            None => {
                let $locked = $query;
                $work
            }
            $(Some($crate::db::RowLock::$kind) => {
                let lock = $crate::db::row_lock::$kind;
                let $locked = $crate::db::row_lock::Locking::new($query, lock);
                $work
            })*
        }
    };
}

pub(crate) use with_lock;
