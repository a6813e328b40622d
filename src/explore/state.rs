//! The state that is explored, in a type of its user's own.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a state can be told as: anything that can be compared and shown. States that compare
/// equal are counted together. `String` is the default.
pub trait State: Clone + Ord + fmt::Display + 'static {}

impl<S: Clone + Ord + fmt::Display + 'static> State for S {}

/// With what a schedule ended. In JSON, and shown, it is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End<S = String> {
    /// The state, as [`state`](super::Exploration::state) or
    /// [`inspect`](super::Exploration::inspect) told it.
    State(S),
    /// Nobody told it, or with no words: how each session ended.
    Sessions(Vec<String>),
    /// A session waits for ever.
    Never,
}

impl<S> End<S> {
    /// The state, where it was told.
    pub fn state(&self) -> Option<&S> {
        match self {
            Self::State(state) => Some(state),
            Self::Sessions(_) | Self::Never => None,
        }
    }
}

impl<S: fmt::Display> fmt::Display for End<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => state.fmt(f),
            Self::Sessions(endings) => f.write_str(&endings.join(", ")),
            Self::Never => f.write_str("it never ends"),
        }
    }
}

impl<S: fmt::Display> Serialize for End<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_str(self)
    }
}
