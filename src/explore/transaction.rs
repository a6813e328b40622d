//! A session's transaction, as its statements tell, and what its next statement touches by it.

use super::access::Access;
use super::messages::Report;
use super::strictness::Strictness;
use super::verb::Verb;
use super::{Footprint, Statement};
use crate::db::Backend;

/// The transaction that a session is in.
#[derive(Clone, Debug, Default)]
pub(super) struct Transaction {
    open: bool,
    /// Whether its statements see one state of the database, chosen by the first of them.
    snapshot: bool,
    /// Whether the database refuses it for what others have read.
    serializable: bool,
    touched: Access,
    /// Whether a statement that may have chosen what it sees is over.
    has_looked: bool,
    /// Whether it is the database itself that says when there is one: it may begin and end by what
    /// was no step, and hold what several connections do.
    told: bool,
}

impl Transaction {
    /// Whether `statement` commits something that others may be waiting for, when it succeeds.
    /// `text` is what its text tells.
    pub(super) fn is_change(&self, statement: &Statement, text: &Footprint) -> bool {
        match Verb::of(&statement.sql) {
            Verb::Commit { .. } => true,
            Verb::Other => {
                let only_reads = matches!(
                    text,
                    Footprint::Touches { writes, .. } if writes.is_empty()
                );
                !self.open && !only_reads
            }
            _ => false,
        }
    }

    /// Whether `statement`, once it has succeeded, has given no lock back: locks are held until
    /// the transaction ends.
    pub(super) fn keeps_locks(&self, statement: &Statement, text: &Footprint) -> bool {
        self.open
            && Verb::of(&statement.sql) == Verb::Other
            && matches!(text, Footprint::Touches { .. })
    }

    /// Whether there is one.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Takes note of what the database itself says: whether there is one, and how
    /// strict it is with it, at the most.
    pub(super) fn is_told(&mut self, open: bool, strictness: Strictness) {
        if !open {
            *self = Self::default();
        }
        self.told = true;
        self.open = open;
        self.snapshot = strictness != Strictness::Statement;
        self.serializable = strictness == Strictness::Serializable;
    }

    /// Whether it may hold a lock that somebody else waits for, in a database of that kind.
    pub(super) fn holds_locks(&self, kind: Backend) -> bool {
        let Access {
            reads,
            writes,
            everything,
            ..
        } = &self.touched;
        let locks_reads = self.serializable && kind.may_lock_what_it_reads();
        *everything || !writes.is_empty() || locks_reads && !reads.is_empty()
    }

    /// What sending `statement`, with that footprint, would touch.
    pub(super) fn access(&self, statement: &Statement, footprint: Footprint) -> Access {
        let verb = Verb::of(&statement.sql);
        if self.told {
            return self.access_of_told(verb, footprint);
        }
        match verb {
            Verb::Begin | Verb::Savepoint => Access::default(),
            Verb::BeginAndMore => Access::to_everything(),
            Verb::Commit { .. } => Access {
                publishes: true,
                sees_all: self.serializable,
                reads_committed: !self.serializable,
                ..self.touched.clone()
            },
            Verb::Rollback { .. } => Access {
                sees_all: self.serializable,
                reads_committed: !self.serializable,
                ..self.touched.clone()
            },
            Verb::Other => {
                let mut access = Access::of(footprint);
                let chooses = self.open && self.snapshot && !self.has_looked;
                if access.is_nothing() && !chooses {
                    return access;
                }
                access.publishes = !self.open;
                access.sees_all = self.open && self.snapshot;
                access.reads_committed = !self.serializable;
                if self.open {
                    // Any statement can be the one that is refused, and gives back what came before.
                    access.add(&self.touched);
                }
                access
            }
        }
    }

    /// The same where the database alone knows of the transaction. Any statement may be the one
    /// that fails, and gives back at once what came before it. Where transactions are refused for
    /// what others have read, it matters also in which order two commit that touch nothing of
    /// each other's: a third one stands between them (PostgreSQL's
    /// src/backend/storage/lmgr/predicate.c, PreCommit_CheckForSerializationFailure).
    fn access_of_told(&self, verb: Verb, footprint: Footprint) -> Access {
        let begins = matches!(verb, Verb::Begin | Verb::Savepoint);
        if begins && footprint == Footprint::Nothing {
            return Access::default();
        }
        let commits = matches!(verb, Verb::Commit { .. });
        let ends = commits || matches!(verb, Verb::Rollback { .. });
        let mut access = Access::of(footprint);
        // What it ends has begun without anybody noticing.
        access.everything |= ends && !self.open;
        access.add(&self.touched);
        let chooses = self.open || verb == Verb::BeginAndMore;
        access.sees_all = self.serializable || self.snapshot && chooses && !ends;
        access.publishes = commits || !self.open;
        access.reads_committed = !self.serializable;
        access
    }

    /// Takes note that `statement`, with that footprint, is over.
    pub(super) fn after(
        &mut self,
        statement: &Statement,
        footprint: Footprint,
        report: &Report,
        multiversion: bool,
    ) {
        let failed = report.error.is_some();
        let verb = Verb::of(&statement.sql);
        if self.told {
            // Where more was sent than the COMMIT, the next transaction may have begun.
            let is_alone = footprint != Footprint::Everything;
            match verb {
                Verb::Commit { .. } | Verb::Rollback { .. } if is_alone && !failed => {
                    self.touched = Access::default();
                }
                _ => self.touched.add(&Access::of(footprint)),
            }
            return;
        }
        match verb {
            Verb::Begin | Verb::BeginAndMore if !failed => {
                *self = Self::begun_by(statement, multiversion);
            }
            // PostgreSQL and InnoDB end the transaction even where COMMIT fails; SQLite keeps
            // it open when busy.
            Verb::Commit { chains } if !failed => self.end(chains),
            Verb::Rollback { chains } => self.end(chains),
            _ if report
                .error
                .as_ref()
                .is_some_and(|error| error.transaction_gone) =>
            {
                *self = Self::default();
            }
            Verb::Other if self.open => {
                self.has_looked = true;
                self.touched.add(&Access::of(footprint));
            }
            _ => {}
        }
    }

    /// It has ended; where it `chains`, the next has begun at the same level.
    fn end(&mut self, chains: bool) {
        match chains {
            true => {
                self.touched = Access::default();
                self.has_looked = false;
            }
            false => *self = Self::default(),
        }
    }

    fn begun_by(statement: &Statement, multiversion: bool) -> Self {
        let text = statement.sql.to_ascii_uppercase();
        let read_committed = text.contains("READ COMMITTED");
        let repeatable_read = text.contains("REPEATABLE READ");
        Self {
            open: true,
            snapshot: !read_committed,
            // A level that is not named may be any.
            serializable: !(read_committed
                || repeatable_read
                || multiversion && text.contains("SERIALIZABLE")),
            touched: match Verb::of(&statement.sql) {
                Verb::BeginAndMore => Access::to_everything(),
                _ => Access::default(),
            },
            has_looked: false,
            told: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(sql: &str) -> Statement {
        Statement {
            sql: sql.to_owned(),
            binds: Vec::new(),
        }
    }

    /// A transaction elsewhere that has sent these statements.
    fn told(strictness: Strictness, statements: &[&str]) -> Transaction {
        let mut transaction = Transaction::default();
        for sql in statements {
            transaction.is_told(true, strictness);
            let sent = statement(sql);
            let report = Report::default();
            transaction.after(&sent, Footprint::of(&sent), &report, false);
        }
        transaction
    }

    fn access(transaction: &Transaction, sql: &str) -> Access {
        transaction.access(&statement(sql), Footprint::of(&statement(sql)))
    }

    #[test]
    fn the_order_of_two_commits_that_share_nothing_matters_where_one_may_be_refused_for_the_other()
    {
        for (strictness, are_independent) in [
            (Strictness::Statement, true),
            (Strictness::Snapshot, true),
            (Strictness::Serializable, false),
        ] {
            let of = |table: &str| {
                let update = format!("UPDATE {table} SET x = 1");
                access(&told(strictness, &[&update]), "COMMIT")
            };
            let found = of("a").is_independent_of(&of("b"));
            assert_eq!(found, are_independent, "{strictness:?}");
        }
    }

    #[test]
    fn a_commit_is_seen_by_whoever_chooses_now_what_all_its_statements_see() {
        let commit = access(
            &told(Strictness::Snapshot, &["UPDATE a SET x = 1"]),
            "COMMIT",
        );
        for (strictness, are_independent) in [
            (Strictness::Statement, true),
            (Strictness::Snapshot, false),
            (Strictness::Serializable, false),
        ] {
            let mut reader = Transaction::default();
            reader.is_told(true, strictness);
            let read = access(&reader, "SELECT x FROM b");
            let found = commit.is_independent_of(&read);
            assert_eq!(found, are_independent, "{strictness:?}");
        }
    }

    #[test]
    fn only_a_database_that_locks_what_it_reads_has_others_wait_for_a_reader() {
        let reader = told(Strictness::Serializable, &["SELECT x FROM a"]);
        assert!(!reader.holds_locks(Backend::Postgres));
        assert!(reader.holds_locks(Backend::Mysql) && reader.holds_locks(Backend::Sqlite));
        let reader = told(Strictness::Statement, &["SELECT x FROM a"]);
        assert!(!reader.holds_locks(Backend::Mysql));
        for sql in [
            "SELECT x FROM a FOR SHARE",
            "SELECT pg_advisory_lock(1)",
            "LOCK a",
        ] {
            let locker = told(Strictness::Statement, &[sql]);
            assert!(locker.holds_locks(Backend::Postgres), "{sql}");
        }
    }
}
