use std::fmt;

use serde::Serialize;

/// What became of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Promised to be safe, and was.
    Held,
    /// Promised to be safe, and was not; or left orders without an answer.
    Broken,
    /// Documented as unsafe, and seen to be.
    Caught,
    /// Documented as unsafe, and not seen to be, though the control was.
    NotCaught,
    /// The load showed nothing: the control broke nothing either.
    Inconclusive,
    /// The check was ended before it could say.
    Interrupted,
    /// Cannot be run on this database.
    Unsupported,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Held => "held",
            Self::Broken => "broken",
            Self::Caught => "caught",
            Self::NotCaught => "not caught",
            Self::Inconclusive => "inconclusive",
            Self::Interrupted => "interrupted",
            Self::Unsupported => "unsupported",
        })
    }
}
