//! Statements that read first and write later, inside which two sessions can meet.
//!
//! `INSERT … SELECT … WHERE NOT EXISTS` reads under one snapshot, and writes what it has decided by
//! it: another's row that came in between it does not see. So a statement can be stopped inside, too:
//! after it has read, before each row that it writes.

use super::Statement;
use super::atomicity::{does_several_things, reads_only_before_it_writes};

/// Which statements are stopped inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inside {
    /// None: each is taken for an instant.
    #[default]
    Off,
    /// Those that, by their text, read more than the rows that they write, or call code.
    Readers,
    /// All that write.
    All,
}

/// What a session does that goes on inside its statement.
pub(super) const GOES_ON: &str = "-- goes on inside";

/// Rows of a statement before which it is stopped; those behind them are written at once.
const MOST_ROWS: u64 = 10;

impl Inside {
    /// What it is called on the command line.
    #[cfg(feature = "cli")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Readers => "readers",
            Self::All => "all",
        }
    }

    /// Whether that statement is to be stopped inside.
    pub(super) fn stops(self, statement: &Statement) -> bool {
        match self {
            Self::Off => false,
            Self::Readers => does_several_things(statement),
            Self::All => writes(statement) || does_several_things(statement),
        }
    }
}

fn writes(statement: &Statement) -> bool {
    let first = statement.sql.split_whitespace().next().unwrap_or_default();
    let writes = ["insert", "update", "delete", "merge", "copy"];
    writes.iter().any(|verb| first.eq_ignore_ascii_case(verb))
}

/// A statement that is stopped inside.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub(super) statement: Statement,
    /// The database's number for the connection that is stopped.
    pub(super) connection: i64,
    /// Whether it is stopped before a row now.
    pub(super) holds: bool,
    /// The rows that it has come to, one after the other.
    rows: u64,
    /// What the database calls the place that it was let past last.
    pub(super) passed: Option<i64>,
}

impl Gate {
    pub(super) fn of(statement: Statement, connection: i64) -> Self {
        Self {
            statement,
            connection,
            holds: false,
            rows: 0,
            passed: None,
        }
    }

    /// It has come to a row. Gives what it does next.
    pub(super) fn comes_to_row(&mut self) -> Statement {
        self.rows += 1;
        self.holds = true;
        Statement {
            sql: format!("{GOES_ON}: writes row {}", self.rows),
            binds: Vec::new(),
        }
    }

    /// What has come of it until now.
    pub(super) fn outcome(&self) -> String {
        match self.rows {
            0 | 1 => "has read, and is about to write row 1".to_owned(),
            row => format!("is about to write row {row}"),
        }
    }

    /// Whether it is not to be stopped again.
    pub(super) fn is_worn_out(&self) -> bool {
        self.rows >= MOST_ROWS
    }

    /// Whether others were let in wherever they can come in between.
    pub(super) fn was_enough(&self) -> bool {
        !self.is_worn_out() && reads_only_before_it_writes(&self.statement)
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

    #[test]
    fn those_that_read_first_are_stopped_and_of_the_others_only_all() {
        for (sql, readers, all) in [
            ("SELECT x FROM a WHERE y = 1 FOR UPDATE", false, false),
            ("COMMIT", false, false),
            ("-- goes on inside: writes row 1", false, false),
            ("POST /charge", false, false),
            ("INSERT INTO a VALUES ($1)", false, true),
            ("update a SET x = x - 1 WHERE id = 1 AND x > 0", false, true),
            ("UPDATE a SET x = (SELECT max(x) + 1 FROM a)", true, true),
            (
                "INSERT INTO a SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM a)",
                true,
                true,
            ),
            ("SELECT buy($1)", true, true),
        ] {
            let of = |inside: Inside| inside.stops(&statement(sql));
            let found = (of(Inside::Off), of(Inside::Readers), of(Inside::All));
            assert_eq!(found, (false, readers, all), "{sql}");
        }
    }

    #[test]
    fn what_writes_more_rows_or_runs_code_is_not_seen_whole() {
        let after = |sql: &str, rows: u64| {
            let mut gate = Gate::of(statement(sql), 7);
            for _ in 0..rows {
                gate.comes_to_row();
            }
            gate.was_enough()
        };
        let reader = "UPDATE a SET x = (SELECT max(x) + 1 FROM a)";
        assert!(after(reader, 0) && after(reader, 1) && after(reader, MOST_ROWS - 1));
        assert!(!after(reader, MOST_ROWS));
        assert!(!after("SELECT buy($1)", 1));
        assert!(!after("UPDATE a SET x = 1; UPDATE b SET x = 2", 1));
    }
}
