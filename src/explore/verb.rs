//! What a statement does to the transaction that it is sent in.

use super::Statement;

/// What a statement does to the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Begin,
    /// A transaction that takes a lock as it begins, or a snapshot, or is sent with what follows.
    BeginAndMore,
    /// Both say whether the next transaction begins with it.
    Commit {
        chains: bool,
    },
    Rollback {
        chains: bool,
    },
    Savepoint,
    Other,
}

/// Words of a BEGIN that does more than begin.
const MORE: [&str; 5] = [
    "IMMEDIATE",
    "EXCLUSIVE",
    "SNAPSHOT",
    "CONCURRENT",
    "DEFERRABLE",
];

impl Verb {
    pub(super) fn of(sql: &str) -> Self {
        let text = sql.trim_start().to_ascii_uppercase();
        let begins = text.starts_with("BEGIN")
            || text.starts_with("START TRANSACTION")
            || text.starts_with("SET TRANSACTION") && text.contains("START TRANSACTION");
        if begins {
            let mut others = text.split(';').map(str::trim).filter(|one| {
                !one.is_empty()
                    && !["BEGIN", "START", "SET"]
                        .iter()
                        .any(|it| one.starts_with(it))
            });
            let does_more = others.next().is_some() || MORE.iter().any(|it| text.contains(it));
            return match does_more {
                true => Self::BeginAndMore,
                false => Self::Begin,
            };
        }
        let chains = text.contains("CHAIN") && !text.contains("NO CHAIN");
        let first = text
            .split(|letter: char| !letter.is_ascii_alphabetic())
            .next();
        match first.unwrap_or_default() {
            "COMMIT" | "END" => Self::Commit { chains },
            "ROLLBACK" | "ABORT" if !text.contains(" TO ") => Self::Rollback { chains },
            "SAVEPOINT" | "RELEASE" => Self::Savepoint,
            _ => Self::Other,
        }
    }
}

/// Whether a session is in a transaction once it has sent `statement`.
pub(super) fn is_in_transaction(statement: &Statement, before: bool) -> bool {
    match Verb::of(&statement.sql) {
        Verb::Begin | Verb::BeginAndMore => true,
        Verb::Commit { chains } | Verb::Rollback { chains } => chains,
        Verb::Savepoint => before,
        // What MariaDB makes of it, it is asked when the session has ended.
        Verb::Other => before || sets_autocommit(&statement.sql),
    }
}

fn sets_autocommit(sql: &str) -> bool {
    let text = sql.trim_start().to_ascii_uppercase();
    text.starts_with("SET") && text.contains("AUTOCOMMIT")
}

#[cfg(test)]
mod tests {
    use super::Verb;

    #[test]
    fn what_begins_or_ends_a_transaction_is_told_from_what_does_not() {
        for (sql, verb) in [
            ("BEGIN ISOLATION LEVEL SERIALIZABLE", Verb::Begin),
            (" begin", Verb::Begin),
            ("BEGIN IMMEDIATE", Verb::BeginAndMore),
            ("BEGIN; UPDATE t SET a = 1", Verb::BeginAndMore),
            ("BEGIN;", Verb::Begin),
            ("START TRANSACTION READ ONLY", Verb::Begin),
            (
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION",
                Verb::Begin,
            ),
            (
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
                Verb::Other,
            ),
            ("COMMIT", Verb::Commit { chains: false }),
            ("commit;", Verb::Commit { chains: false }),
            ("COMMIT AND CHAIN", Verb::Commit { chains: true }),
            ("COMMIT AND NO CHAIN", Verb::Commit { chains: false }),
            ("ROLLBACK AND CHAIN", Verb::Rollback { chains: true }),
            ("ABORT", Verb::Rollback { chains: false }),
            ("ROLLBACK TO SAVEPOINT diesel_savepoint_1", Verb::Other),
            ("SAVEPOINT diesel_savepoint_1", Verb::Savepoint),
            ("RELEASE SAVEPOINT diesel_savepoint_1", Verb::Savepoint),
            ("UPDATE t SET begin = 1", Verb::Other),
        ] {
            assert_eq!(Verb::of(sql), verb, "{sql}");
        }
    }
}
