//! Safe, unsafe or inconclusive, and how one is reached from the evidence.

#[cfg(feature = "cli")]
mod evidence;

use std::fmt;

use serde::Serialize;

#[cfg(feature = "cli")]
use crate::model::strategy::Promise;
#[cfg(feature = "cli")]
use crate::system::exit::Exit;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use evidence::Evidence;

/// What a run amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing was wrong, under a load that would have exposed a bug.
    Safe,
    /// Something was wrong.
    Unsafe,
    /// Nothing was wrong, but this load would not have exposed a bug either.
    Inconclusive,
}

#[cfg(feature = "cli")]
impl Verdict {
    /// The exit code of whatever ended with it: what is unsafe is only a failure where safety
    /// was promised.
    pub(crate) fn exit(self, promise: Option<Promise>, interrupted: bool) -> Exit {
        match (self, promise) {
            _ if interrupted => Exit::Interrupted,
            (Self::Unsafe, Some(promise)) if promise.is_sound() => Exit::Broken,
            (Self::Safe | Self::Unsafe, _) => Exit::Held,
            (Self::Inconclusive, _) => Exit::Inconclusive,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Inconclusive => "inconclusive",
        })
    }
}
