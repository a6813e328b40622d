//! Which batches are steps.

use super::*;
use crate::wire::Sql;

/// A connection, and what it is sent.
struct Client(ConnectionState);

impl Client {
    fn new(keeps_snapshot: bool) -> Self {
        Self(ConnectionState::new(
            1,
            keeps_snapshot,
            Dialect::Postgres,
            &[],
        ))
    }

    /// One to MariaDB.
    fn to_mariadb() -> Self {
        Self(ConnectionState::new(1, true, Dialect::Mysql, &[]))
    }

    fn sends(&mut self, sql: &str, end: End, then: Option<Status>) -> bool {
        let executed = vec![Sql {
            text: sql.to_owned(),
            values: Vec::new(),
        }];
        let batch = Batch {
            prepared: Vec::new(),
            executed,
            end,
        };
        let kind = self.0.classify(&batch, false);
        self.0.answered(&Answer::with(then));
        kind != BatchKind::Passes
    }

    fn query(&mut self, sql: &str, then: Status) -> bool {
        self.sends(sql, End::Query, Some(then))
    }
}

#[test]
fn a_transaction_that_has_done_nothing_ends_unnoticed() {
    let mut client = Client::new(false);
    assert!(!client.query("BEGIN", Status::InTransaction));
    assert!(!client.query("SELECT 1", Status::InTransaction));
    assert!(!client.query("COMMIT", Status::Idle));
    assert!(!client.query("BEGIN", Status::InTransaction));
    assert!(client.query("SELECT units FROM stock", Status::InTransaction));
    assert!(client.query("COMMIT", Status::Idle));
    assert!(!client.query("COMMIT", Status::Idle));
}

#[test]
fn what_takes_the_snapshot_is_a_step() {
    let mut client = Client::new(true);
    assert!(!client.query("SELECT 1", Status::Idle));
    assert!(!client.query("BEGIN", Status::InTransaction));
    assert!(client.query("SELECT 1", Status::InTransaction));
    assert!(!client.query("SELECT 1", Status::InTransaction));
    assert!(client.query("COMMIT", Status::Idle));
    assert!(!client.query(
        "BEGIN ISOLATION LEVEL READ COMMITTED",
        Status::InTransaction
    ));
    assert!(!client.query("SELECT 1", Status::InTransaction));
    let mut client = Client::new(false);
    assert!(!client.query("BEGIN", Status::InTransaction));
    assert!(!client.query(
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        Status::InTransaction
    ));
    assert!(client.query("SELECT version()", Status::InTransaction));
    let mut client = Client::new(false);
    client.query(
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        Status::Idle,
    );
    assert!(client.query("BEGIN; SELECT 1", Status::InTransaction));
}

#[test]
fn advisory_locks_that_may_be_held_are_given_back_in_a_step() {
    let mut client = Client::new(false);
    let reset = "SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;";
    assert!(!client.query(reset, Status::Idle));
    assert!(client.query("INSERT INTO stock (id) VALUES (1)", Status::Idle));
    assert!(!client.query(reset, Status::Idle));
    assert!(client.query("SELECT pg_advisory_lock(1)", Status::Idle));
    assert!(client.query(reset, Status::Idle));
    assert!(!client.query(reset, Status::Idle));
}

#[test]
fn a_sync_that_commits_is_a_step() {
    let sync = Batch {
        prepared: Vec::new(),
        executed: Vec::new(),
        end: End::Sync,
    };
    let mut client = Client::new(false);
    assert!(client.sends("UPDATE stock SET units = 0", End::Flush, None));
    assert!(matches!(
        client.0.classify(&sync, false),
        BatchKind::Step(_)
    ));
    assert_eq!(client.0.classify(&sync, false), BatchKind::Passes);
    let mut client = Client::new(false);
    assert!(!client.sends("BEGIN", End::Flush, None));
    assert!(client.sends("UPDATE stock SET units = 0", End::Flush, None));
    assert_eq!(client.0.classify(&sync, false), BatchKind::Passes);
}

#[test]
fn what_is_prepared_inside_a_transaction_waits() {
    let prepares = |end| Batch {
        prepared: vec!["SELECT units FROM stock".to_owned()],
        executed: Vec::new(),
        end,
    };
    let mut client = Client::new(true);
    assert_eq!(
        client.0.classify(&prepares(End::Sync), false),
        BatchKind::Passes
    );
    client.query("BEGIN", Status::InTransaction);
    let kind = client.0.classify(&prepares(End::Sync), false);
    assert!(matches!(kind, BatchKind::Prepares(..)));
}

#[test]
fn on_mariadb_what_ends_a_transaction_by_the_way_is_a_step() {
    let mut client = Client::to_mariadb();
    assert!(!client.query("SET autocommit=0", Status::Idle));
    assert!(!client.query("SELECT @@version", Status::Idle));
    assert!(client.query("SELECT units FROM `stock`", Status::InTransaction));
    assert!(client.query("SET autocommit=1", Status::Idle));
    assert!(!client.query("BEGIN", Status::InTransaction));
    assert!(client.query("DELETE FROM stock", Status::InTransaction));
    assert!(client.query("START TRANSACTION", Status::InTransaction));
    assert!(client.query("RESET CONNECTION", Status::Idle));
    assert!(!client.query("RESET CONNECTION", Status::Idle));
    assert!(client.query("SELECT GET_LOCK('a', 9)", Status::Idle));
    assert!(client.0.holds_anything());
    assert!(client.query("RESET CONNECTION", Status::Idle));
    assert!(!client.0.holds_anything());
}
