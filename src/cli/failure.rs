//! What went wrong, as a user reads it, and the exit code that goes with it.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::Error;

use crate::explore::ExploreError;
use crate::system::exit::Exit;

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    error: Error,
}

/// Almost all that goes wrong once the command line makes sense does so at the database.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::unreachable(error)
    }
}

impl From<ExploreError> for Failure {
    fn from(error: ExploreError) -> Self {
        Self::unreachable(error)
    }
}

impl Failure {
    /// It ended so.
    pub(super) fn new(exit: Exit, error: impl Into<Error>) -> Self {
        Self {
            exit,
            error: error.into(),
        }
    }

    /// The command line makes no sense.
    pub(super) fn usage(error: impl Into<Error>) -> Self {
        Self {
            exit: Exit::Usage,
            error: error.into(),
        }
    }

    /// The database cannot be reached, or could not be set up.
    pub(super) fn unreachable(error: impl Into<Error>) -> Self {
        Self {
            exit: Exit::Unreachable,
            error: error.into(),
        }
    }

    /// Something in lockbench itself is wrong.
    pub(super) fn internal(error: impl Into<Error>) -> Self {
        Self {
            exit: Exit::Internal,
            error: error.into(),
        }
    }

    /// The exit code that goes with it.
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// Says what went wrong, on the standard error.
    pub(super) fn report(&self) -> Exit {
        let text = self.words();
        let style = anstyle::AnsiColor::Red.on_default().bold();
        let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {text}");
        self.exit
    }

    /// What went wrong, in a sentence.
    pub(super) fn words(&self) -> String {
        let mut text = String::new();
        let mut said = String::new();
        for cause in self.error.chain() {
            let words = cause.to_string();
            let words = words.trim();
            // Some causes repeat what the error above them has said.
            if said.contains(words) {
                continue;
            }
            let separator = if text.is_empty() { "" } else { ": " };
            let _ = write!(text, "{separator}{words}");
            said.push_str(words);
        }
        text
    }
}
