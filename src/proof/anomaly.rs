//! The anomalies that isolation levels are meant to prevent, as scripts to run.
//!
//! They are those of Martin Kleppmann's Hermitage (<https://github.com/ept/hermitage>), which
//! takes their names from Adya ("Weak Consistency", 1999; G0 to G2), Berenson and others ("A
//! Critique of ANSI SQL Isolation Levels", 1995; P4) and Bailis and others ("Highly Available
//! Transactions", 2014; OTV, PMP). An anomaly is a row: who sends what in which order, and what
//! shows that it happened. There is one script for every level and every database; where a
//! session has to wait, or is refused, the rest of the script goes on around it.
//!
//! Every script begins with two rows, `1 => 10` and `2 => 20`.

mod dirty_read;
mod dirty_write;
mod judge;
mod line;
mod lost_update;
mod outcome;
mod predicate;
mod read_skew;
mod result;
mod run;
mod seen;
mod session;
mod table;
mod vanishing;
mod write_skew;

use std::fmt;

use clap::ValueEnum;
use clap::builder::PossibleValue;

pub use line::{Does, Line, begin, commit, rollback, send};
pub use outcome::{How, Outcome};
pub use result::{AnomaliesResult, Finding, SCHEMA, Survey};
pub use run::run;
pub use seen::{Rows, Seen};
pub use table::{COLUMNS, TABLE};

/// An anomaly: what two or three transactions do to each other that no serial order explains.
#[derive(Debug)]
pub struct Anomaly {
    /// The letters that the literature knows it by.
    pub letter: &'static str,
    /// A name to type.
    pub name: &'static str,
    /// What it is, in a few words.
    pub short: &'static str,
    /// What it is, in a sentence or two.
    pub what: &'static str,
    /// Who sends what, in this order.
    pub script: &'static [Line],
    /// What shows that it happened, in words that follow its name.
    pub sign: &'static str,
    /// How to tell.
    pub tell: Tell,
}

/// How to tell from what was seen whether an anomaly happened.
#[derive(Clone, Copy, Debug)]
pub enum Tell {
    /// It shows in what a session reads, so that a snapshot can keep it from happening.
    ByReads {
        /// Whether it did.
        happened: fn(&Seen) -> bool,
        /// Whether everybody read what they may.
        kept: fn(&Seen) -> bool,
    },
    /// It shows in what is left at the end: somebody must wait or be refused to prevent it.
    ByEnd {
        /// Whether it did.
        happened: fn(&Seen) -> bool,
        /// Whether what is left is right although nobody was refused.
        kept: fn(&Seen) -> bool,
    },
}

impl Anomaly {
    /// Every anomaly, in Hermitage's order, each before its variants.
    pub const ALL: [&'static Self; 14] = [
        &dirty_write::DIRTY_WRITE,
        &dirty_read::ABORTED_READ,
        &dirty_read::INTERMEDIATE_READ,
        &dirty_read::CIRCULAR_INFORMATION_FLOW,
        &vanishing::OBSERVED_TRANSACTION_VANISHES,
        &predicate::PREDICATE_MANY_PRECEDERS,
        &predicate::PREDICATE_MANY_PRECEDERS_WRITE,
        &lost_update::LOST_UPDATE,
        &read_skew::READ_SKEW,
        &read_skew::READ_SKEW_PREDICATE,
        &read_skew::READ_SKEW_WRITE,
        &write_skew::WRITE_SKEW,
        &write_skew::WRITE_SKEW_PREDICATE,
        &write_skew::READ_ONLY_TRANSACTION,
    ];

    /// How many sessions take part.
    pub fn sessions(&self) -> usize {
        let sessions = self.script.iter().map(|line| line.session);
        sessions.max().unwrap_or(0)
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.letter, self.name)
    }
}

/// By name, or by letter.
impl ValueEnum for &'static Anomaly {
    fn value_variants<'a>() -> &'a [Self] {
        &Anomaly::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).alias(self.letter))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn anomalies_are_found_by_name_and_by_letter() {
        for anomaly in Anomaly::ALL {
            for name in [anomaly.name, anomaly.letter] {
                let found = <&Anomaly as ValueEnum>::from_str(name, true).unwrap();
                assert_eq!(found.name, anomaly.name);
            }
        }
    }

    #[test]
    fn every_session_of_a_script_begins_and_ends_a_transaction() {
        for anomaly in Anomaly::ALL {
            for session in 1..=anomaly.sessions() {
                let mut own = anomaly.script.iter().filter(|one| one.session == session);
                assert_eq!(own.next().map(|line| line.does), Some(Does::Begin));
                let last = own.next_back().map(|line| line.does);
                assert!(matches!(last, Some(Does::Commit | Does::Rollback)));
            }
        }
    }
}
