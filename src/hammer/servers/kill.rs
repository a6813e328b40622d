//! The server that is to be killed in the middle of its work.

use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;

/// Which server to kill, and when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Kill {
    /// The server, from 1 up.
    pub server: u32,
    /// The share of the work that is done by then, between 0 and 1.
    pub at: f64,
}

/// Why a text does not say which server to kill when.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` does not say which server to kill and when: write `1@40%` to kill server 1 when 40 % of the work is done"
)]
pub struct KillError(String);

impl FromStr for Kill {
    type Err = KillError;

    fn from_str(text: &str) -> Result<Self, KillError> {
        let parse = || {
            let (server, percent) = text.split_once('@')?;
            let percent: f64 = percent.strip_suffix('%')?.trim().parse().ok()?;
            let server: u32 = server.trim().parse().ok()?;
            let sensible = server > 0 && (0.0..100.0).contains(&percent);
            sensible.then_some(Self {
                server,
                at: percent / 100.0,
            })
        };
        parse().ok_or_else(|| KillError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_and_a_percentage_say_whom_to_kill_when() {
        let kill = Kill { server: 1, at: 0.4 };
        assert_eq!("1@40%".parse(), Ok(kill));
        for nonsense in ["", "1", "1@40", "0@40%", "1@100%", "1@-1%", "x@40%"] {
            assert!(nonsense.parse::<Kill>().is_err(), "{nonsense}");
        }
    }
}
