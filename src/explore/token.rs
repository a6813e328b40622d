//! A schedule in short: which session went on, step by step.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use thiserror::Error;

/// The sessions that went on, in order, counted from 1: `1.1.2.1.2.2`.
///
/// ```
/// use lockbench::explore::Token;
///
/// let token: Token = "1.1.2".parse()?;
/// assert_eq!(token.0, [1, 1, 2]);
/// assert!(token.check(1).is_err());
/// # Ok::<(), lockbench::explore::TokenError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Token(pub Vec<usize>);

/// Why a text is no token.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// It is not numbers and points.
    #[error(
        "'{0}' is not a schedule: write session numbers with dots between them, as in 1.1.2.1.2.2"
    )]
    NoNumbers(String),
    /// It names a session that there is not.
    #[error("the schedule names session {named}, and there are only {sessions}")]
    NoSuchSession {
        /// The session it names.
        named: usize,
        /// How many there are.
        sessions: usize,
    },
}

impl Token {
    /// Refuses a token that names a session beyond `sessions`.
    ///
    /// # Errors
    /// It does.
    pub fn check(&self, sessions: usize) -> Result<(), TokenError> {
        match self
            .0
            .iter()
            .find(|named| **named == 0 || **named > sessions)
        {
            Some(&named) => Err(TokenError::NoSuchSession { named, sessions }),
            None => Ok(()),
        }
    }

    /// How often another session goes on than the one before.
    pub fn switches(&self) -> usize {
        self.0.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |part: &str| {
            part.trim()
                .parse::<usize>()
                .ok()
                .filter(|number| *number > 0)
        };
        text.split('.')
            .map(number)
            .collect::<Option<Vec<_>>>()
            .map(Self)
            .ok_or_else(|| TokenError::NoNumbers(text.to_owned()))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_is_written() {
        let token = Token(vec![1, 1, 2, 1, 2, 2]);
        assert_eq!("1.1.2.1.2.2".parse(), Ok(token.clone()));
        assert_eq!(token.to_string(), "1.1.2.1.2.2");
        assert_eq!(token.switches(), 3);
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", "1.", "1.x", "0.1", "1,2", "-1"] {
            assert!(text.parse::<Token>().is_err(), "{text}");
        }
        assert!(Token(vec![1, 3]).check(2).is_err());
        assert!(Token(vec![1, 2]).check(2).is_ok());
    }
}
