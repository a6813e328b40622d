//! A database with two items, and sessions that get into each other's way.

use std::fmt;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::result::Error;
use diesel::{QueryResult, RunQueryDsl, sql_query};
use lockbench::db::{AnyConnection, Backend, Database, migration};
use lockbench::tables::{item, ledger};

use crate::common;

/// The order that a victim records in its transaction before it is refused.
pub(crate) const MARK: i64 = 99;

/// What came of a provocation.
// A test makes one at a time.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Provoked {
    /// A statement of `victim` was refused with `error`.
    Statement {
        error: Error,
        stage: Stage,
        victim: Victim,
    },
    /// A connection was refused in these words.
    Connection { words: String },
}

/// The session that was refused.
pub(crate) enum Victim {
    /// It had recorded [`MARK`] in the transaction that was hit.
    Marked(AnyConnection),
    /// It was in a transaction that could not write.
    Unmarked(AnyConnection),
    /// Its whole server went with it.
    WithItsServer,
}

impl fmt::Debug for Victim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Marked(_) => "Marked",
            Self::Unmarked(_) => "Unmarked",
            Self::WithItsServer => "WithItsServer",
        })
    }
}

/// A database of a test's own.
pub(crate) struct Stage(Database);

impl Stage {
    pub(crate) fn new(backend: Backend) -> Self {
        Self::on(common::database(backend))
    }

    /// The same in a database that is there.
    pub(crate) fn on(database: Database) -> Self {
        let mut connection = database.connect().expect("the test's own database");
        migration::run(&mut connection).expect("our tables");
        item::restart(&mut connection, 2, 100).expect("two items");
        Self(database)
    }

    pub(crate) fn session(&self) -> AnyConnection {
        self.0.connect().expect("the test's own database")
    }

    /// A session in a transaction in which it has recorded [`MARK`], after `setup`.
    pub(crate) fn victim(&self, setup: &str) -> AnyConnection {
        let mut victim = self.session();
        if !setup.is_empty() {
            victim.batch_execute(setup).expect(setup);
        }
        victim.batch_execute("BEGIN").expect("a transaction");
        mark(&mut victim, MARK);
        victim
    }

    /// A session in a transaction that has written the item `id`.
    pub(crate) fn holder(&self, id: i64) -> AnyConnection {
        let mut holder = self.session();
        holder.batch_execute("BEGIN").expect("a transaction");
        write(&mut holder, id).expect("an item that nobody holds");
        holder
    }

    /// Whether the ledger has `order`, as others see it.
    pub(crate) fn has(&self, order: i64) -> bool {
        let entries = ledger::entries(&mut self.session()).expect("the ledger");
        entries.iter().any(|entry| entry.order_key == order)
    }

    /// `victim` was refused `statement`, and had made its mark.
    pub(crate) fn refused(self, mut victim: AnyConnection, statement: &str) -> Provoked {
        let error = refusal(&mut victim, statement);
        Provoked::Statement {
            error,
            stage: self,
            victim: Victim::Marked(victim),
        }
    }
}

/// The error that `statement` gets. As the program sends it: prepared.
pub(crate) fn refusal(session: &mut AnyConnection, statement: &str) -> Error {
    match sql_query(statement).execute(session) {
        Ok(_) => panic!("{statement} was not refused"),
        Err(error) => error,
    }
}

pub(crate) fn write(session: &mut AnyConnection, id: i64) -> QueryResult<usize> {
    item::subtract(session, id, 1)
}

pub(crate) fn try_mark(session: &mut AnyConnection, order: i64) -> QueryResult<()> {
    session.batch_execute(&format!(
        "INSERT INTO lockbench_ledger (order_key, item_id, delta) VALUES ({order}, 1, -1)"
    ))
}

pub(crate) fn mark(session: &mut AnyConnection, order: i64) {
    try_mark(session, order).expect("a ledger that can be written");
}

/// Lets `session` wait for the item `id` on another thread, and gives it the time to begin.
pub(crate) fn waits_for(mut session: AnyConnection, id: i64) -> JoinHandle<()> {
    let waiting = thread::spawn(move || {
        let _ = write(&mut session, id);
    });
    thread::sleep(Duration::from_millis(300));
    waiting
}
