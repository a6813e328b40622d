//! The kinds of database, and what each of them has no answer to.

use std::fmt;

use serde::Serialize;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// SQLite, compiled into lockbench.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MariaDB, and MySQL, which speaks the same language: spoken to with the feature `mysql`.
    Mysql,
}

impl Backend {
    /// Every kind, in the order in which tables show them.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// The release that a version is a patch of: patches mend faults, and leave alone what is
    /// measured. PostgreSQL counts releases by the first number since 10
    /// (<https://www.postgresql.org/support/versioning/>), the others by the first two.
    ///
    /// ```
    /// use lockbench::db::Backend;
    ///
    /// assert_eq!(Backend::Postgres.release("15.18"), "15");
    /// assert_eq!(Backend::Mysql.release("10.11.6"), "10.11");
    /// ```
    pub fn release(self, version: &str) -> &str {
        let numbers = match self {
            Self::Postgres => 1,
            Self::Sqlite | Self::Mysql => 2,
        };
        let end = version.match_indices('.').nth(numbers - 1);
        end.map_or(version, |(end, _)| &version[..end])
    }

    /// Whether a plain read may hold up who writes what was read. PostgreSQL's never does: at
    /// SERIALIZABLE it refuses whom others' reads do not fit (manual, 13.2.3).
    pub(crate) fn may_lock_what_it_reads(self) -> bool {
        self != Self::Postgres
    }
}

#[cfg(feature = "cli")]
impl Backend {
    /// Why a transaction of this database cannot read first and lock later; `None` when it can.
    pub(crate) fn refuses_reading_before_locking(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some(
                "a SQLite transaction takes its one lock when it begins, so no read can come before it",
            ),
            Self::Postgres | Self::Mysql => None,
        }
    }

    /// Whether one transaction at a time writes, to whatever table: others wait for its end.
    pub(crate) fn has_one_writer(self) -> bool {
        self == Self::Sqlite
    }

    /// Why this database keeps no procedures; `None` when it does.
    pub(crate) fn refuses_procedures(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some(
                "SQLite has no stored procedures, because it has no server to run them: a statement there costs no round trip",
            ),
            Self::Postgres | Self::Mysql => None,
        }
    }

    /// Why this database has no advisory locks; `None` when it has.
    pub(crate) fn refuses_advisory_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some(
                "SQLite has no advisory locks, because it has no server to hold them; `--guard mutex` locks inside this process",
            ),
            Self::Postgres | Self::Mysql => None,
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MariaDB",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_of_the_same_release() {
        assert_eq!(Backend::Postgres.release("15.18"), "15");
        assert_eq!(Backend::Postgres.release("18beta1"), "18beta1");
        assert_eq!(Backend::Mysql.release("10.11.19"), "10.11");
        assert_eq!(Backend::Mysql.release("8.0.36 (MySQL)"), "8.0");
        assert_eq!(Backend::Sqlite.release("3.53.2"), "3.53");
    }
}
