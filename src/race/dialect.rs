//! The language that statements are in, as far as it decides which of them are steps.

use super::lexer;
use super::mysql_lexer;
use super::mysql_statement_kind as mysql;
use super::statement_kind::{StatementKind, calls_unknown_function, is_transaction_lock};
use crate::db::Backend;

/// The language that statements are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dialect {
    /// PostgreSQL's.
    #[default]
    Postgres,
    /// MariaDB's and MySQL's.
    Mysql,
}

impl Dialect {
    /// That of a database.
    pub(super) fn of(backend: Backend) -> Self {
        match backend {
            Backend::Mysql => Self::Mysql,
            Backend::Postgres | Backend::Sqlite => Self::Postgres,
        }
    }

    /// The statements of a text, each as its words, in lower case.
    pub(super) fn statements(self, text: &str) -> Vec<Vec<String>> {
        match self {
            Self::Postgres => lexer::statements(text),
            Self::Mysql => mysql_lexer::statements(text),
        }
    }

    /// The kind of a statement, from its words.
    pub(super) fn kind(self, words: &[String]) -> StatementKind {
        match self {
            Self::Postgres => StatementKind::of(words),
            Self::Mysql => mysql::kind(words),
        }
    }

    /// Whether what begins a transaction commits the one before.
    pub(super) fn begin_commits(self) -> bool {
        self == Self::Mysql
    }

    /// Whether a statement may take an advisory lock that outlasts the transaction: it does, or it
    /// calls a routine that may. What triggers do does not show in its text.
    pub(super) fn may_take_lock(self, words: &[String]) -> bool {
        let first = words.first().map_or("", String::as_str);
        match self {
            Self::Postgres => {
                words
                    .iter()
                    .any(|word| word.contains("advisory") && !is_transaction_lock(word))
                    || matches!(first, "call" | "do")
                    || first == "select" && calls_unknown_function(words)
            }
            Self::Mysql => {
                words.iter().any(|word| word.contains("get_lock"))
                    || matches!(first, "call" | "lock" | "execute" | "flush")
                    || first == "select" && mysql::calls_unknown_function(words)
            }
        }
    }
}
