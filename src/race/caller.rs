//! Who calls the outside: each program has an address of its own, below the one of the server.

use std::fmt;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Caller {
    /// What fills the database.
    SetUp,
    /// An application that serves all sessions.
    Application,
    /// A session, counted from 1.
    Session(usize),
}

impl Caller {
    /// Takes its address off a request's: who calls, and what.
    pub(super) fn of(url: &str) -> Option<(Self, String)> {
        let url = url.strip_prefix('/')?;
        let end = url.find(['/', '?']).unwrap_or(url.len());
        let (first, rest) = url.split_at(end);
        let caller = match first.split_once('-') {
            None if first == "application" => Self::Application,
            Some(("set", "up")) => Self::SetUp,
            Some(("session", number)) => Self::Session(number.parse().ok()?),
            _ => return None,
        };
        let path = match rest.starts_with('/') {
            true => rest.to_owned(),
            false => format!("/{rest}"),
        };
        Some((caller, path))
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetUp => f.write_str("set-up"),
            Self::Application => f.write_str("application"),
            Self::Session(number) => write!(f, "session-{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_calls_is_in_the_address_and_not_in_the_path() {
        for caller in [Caller::SetUp, Caller::Application, Caller::Session(12)] {
            for (rest, path) in [
                ("", "/"),
                ("/bill/1?a=/b", "/bill/1?a=/b"),
                ("?a=1", "/?a=1"),
            ] {
                let found = Caller::of(&format!("/{caller}{rest}"));
                assert_eq!(found, Some((caller, path.to_owned())));
            }
        }
        for url in ["/", "/bill/1", "/session-x/bill", "/session/1", "*"] {
            assert_eq!(Caller::of(url), None, "{url}");
        }
    }
}
