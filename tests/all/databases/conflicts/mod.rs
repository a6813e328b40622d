//! Every row of the table of errors is provoked on a live server, means what the row says, and
//! leaves of its transaction what the row says.

#[cfg(feature = "mysql")]
mod mariadb;
mod postgres;
mod sqlite;
mod stage;

use diesel::connection::SimpleConnection;
use lockbench::db::conflict::{Aftermath, Refusal, TABLE, classify, refusal, refused_connection};
use lockbench::db::{Backend, conflict};
use stage::{MARK, Provoked, Stage, Victim};

use crate::common;

/// How to provoke a row, found by its code and message.
type Provocation = (&'static str, &'static str, fn() -> Provoked);

fn provocations(backend: Backend) -> &'static [Provocation] {
    match backend {
        Backend::Sqlite => &sqlite::PROVOCATIONS,
        Backend::Postgres => &postgres::PROVOCATIONS,
        #[cfg(feature = "mysql")]
        Backend::Mysql => &mariadb::PROVOCATIONS,
        #[cfg(not(feature = "mysql"))]
        Backend::Mysql => &[],
    }
}

/// Provokes every row of `backend` and holds what comes of it against the row.
fn assert_every_row(backend: Backend) {
    let rows = TABLE
        .iter()
        .filter(|row| row.backend == backend && !row.mysql_only);
    for row in rows {
        let (.., provoke) = provocations(backend)
            .iter()
            .find(|(code, message, _)| (*code, *message) == (row.code, row.message))
            .unwrap_or_else(|| panic!("nothing provokes {row:?}"));
        assert_row(row, provoke());
    }
    for (code, message, _) in provocations(backend) {
        assert!(
            TABLE
                .iter()
                .any(|row| (row.code, row.message) == (*code, *message)),
            "{code} {message:?} is provoked and in no row"
        );
    }
}

fn assert_row(row: &'static Refusal, provoked: Provoked) {
    match provoked {
        Provoked::Connection { words } => {
            let found = refused_connection(row.backend, &words);
            assert_eq!(found, Some(row), "{words}");
            assert_eq!(row.aftermath, Aftermath::NoSession, "{words}");
        }
        Provoked::Statement {
            error,
            stage,
            victim,
        } => {
            let message = match &error {
                diesel::result::Error::DatabaseError(_, information) => information.message(),
                other => panic!("{row:?}: {other:?}"),
            };
            assert!(message.starts_with(row.message), "{row:?}: {error:?}");
            let found = refusal(row.backend, &error).unwrap_or_else(|| panic!("{error:?}"));
            // SQLite words BUSY and BUSY_SNAPSHOT alike, and they mean the same.
            assert_eq!(found.message, row.message);
            assert_eq!(found.aftermath, row.aftermath);
            assert_eq!(
                classify(row.backend, &error),
                Some(row.conflict),
                "{error:?}"
            );
            assert_aftermath(row, &stage, victim);
        }
    }
}

/// Holds what is left of the victim's transaction, in which it had made its mark, against
/// what the row says is left.
fn assert_aftermath(row: &Refusal, stage: &Stage, victim: Victim) {
    match (row.aftermath, victim) {
        (Aftermath::Open, Victim::Marked(mut victim)) => {
            victim.batch_execute("COMMIT").expect("an open transaction");
            assert!(stage.has(MARK), "{row:?}: the half was not kept");
        }
        (Aftermath::Open, Victim::Unmarked(mut victim)) => {
            let error = victim.batch_execute("BEGIN").expect_err("it is open");
            assert!(
                error.to_string().contains("within a transaction"),
                "{error}"
            );
        }
        (Aftermath::Failed, Victim::Marked(mut victim)) => {
            assert!(victim.batch_execute("SELECT 1").is_err(), "{row:?}");
            victim
                .batch_execute("COMMIT")
                .expect("what looks like success");
            assert!(!stage.has(MARK), "{row:?}: the half was kept");
        }
        (Aftermath::Gone, Victim::Marked(mut victim)) => {
            stage::mark(&mut victim, MARK + 1);
            victim.batch_execute("ROLLBACK").expect("no transaction");
            assert!(!stage.has(MARK), "{row:?}: the half was kept");
            assert!(
                stage.has(MARK + 1),
                "{row:?}: the next statement did not commit by itself"
            );
        }
        (Aftermath::NoSession, Victim::Marked(mut victim)) => {
            assert!(
                victim.batch_execute("SELECT 1").is_err(),
                "{row:?}: it lives"
            );
            assert!(!stage.has(MARK), "{row:?}: the half was kept");
        }
        (Aftermath::NoSession, Victim::WithItsServer) => {}
        (aftermath, victim) => panic!("{row:?}: {aftermath:?} cannot be seen of {victim:?}"),
    }
}

#[test]
fn every_row_of_sqlite() {
    assert_every_row(Backend::Sqlite);
}

#[test]
fn every_row_of_postgres() {
    assert_every_row(Backend::Postgres);
}

#[test]
fn postgres_18_refuses_in_the_same_words() {
    common::postgres_18::passes(module_path!(), &["every_row_of_postgres"]);
}

#[cfg(feature = "mysql")]
#[test]
fn every_row_of_mariadb() {
    assert_every_row(Backend::Mysql);
}

#[test]
fn rows_that_no_test_can_provoke_are_mysqls() {
    for row in TABLE.iter().filter(|row| row.mysql_only) {
        assert_eq!(row.backend, Backend::Mysql, "{row:?}");
    }
}

#[test]
fn an_error_that_would_come_again_is_no_conflict() {
    for backend in common::backends() {
        let stage = Stage::new(backend);
        let mut session = stage.session();
        let error = session
            .batch_execute("SELECT nonsense FROM lockbench_items")
            .expect_err("no such column");
        assert_eq!(conflict::classify(backend, &error), None, "{error}");
        stage::mark(&mut session, MARK);
        let error = stage::try_mark(&mut session, MARK).expect_err("twice the same key");
        assert_eq!(conflict::classify(backend, &error), None, "{error}");
    }
}
