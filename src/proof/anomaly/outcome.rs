use std::fmt;

use serde::Serialize;

/// What came of an anomaly's script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// It happened.
    Occurs,
    /// It did not, and this is why.
    Prevented {
        /// What prevented it.
        #[serde(flatten)]
        how: How,
    },
    /// Nobody can say.
    Inconclusive {
        /// Why not.
        reason: String,
    },
}

/// What prevented an anomaly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "by", rename_all = "lowercase")]
pub enum How {
    /// A session had to wait until another had ended.
    Waiting {
        /// The step at which it did, from 1.
        step: usize,
    },
    /// A session was refused, and rolled back.
    Error {
        /// The session, from 1.
        session: usize,
        /// The SQLSTATE, the error's number, or SQLite's name for it.
        code: String,
    },
    /// The session read a snapshot in which it did not show.
    Snapshot,
}

impl fmt::Display for Outcome {
    /// As short as a cell of a table has to be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occurs => f.write_str("OCCURS"),
            Self::Prevented { how } => how.fmt(f),
            Self::Inconclusive { .. } => f.write_str("inconclusive"),
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { .. } => f.write_str("waits"),
            Self::Error { code, .. } => f.write_str(code),
            Self::Snapshot => f.write_str("snapshot"),
        }
    }
}
