use serde::Serialize;

use super::{CheckResult, SCHEMA};
use crate::system::exit::Exit;

/// A check of one database, or why there is none.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Attempt {
    /// It was checked, or a part of it.
    Checked(Box<CheckResult>),
    /// It could not be.
    Failed(FailedCheck),
}

/// Why a database could not be checked.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct FailedCheck {
    schema: &'static str,
    /// The `--database` that was asked for, without a password.
    pub database_argument: String,
    verdict: &'static str,
    /// What went wrong.
    pub error: String,
    #[serde(skip)]
    exit: Exit,
}

impl FailedCheck {
    /// Of the database that was asked for by that name, which must hold no password.
    pub fn new(database_argument: String, error: String, exit: Exit) -> Self {
        Self {
            schema: SCHEMA,
            database_argument,
            verdict: "failed",
            error,
            exit,
        }
    }
}

impl Attempt {
    /// The check, if there was one.
    pub fn checked(&self) -> Option<&CheckResult> {
        match self {
            Self::Checked(result) => Some(result),
            Self::Failed(_) => None,
        }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Checked(result) => result.exit(),
            Self::Failed(failed) => failed.exit,
        }
    }
}

impl From<CheckResult> for Attempt {
    fn from(result: CheckResult) -> Self {
        Self::Checked(Box::new(result))
    }
}
