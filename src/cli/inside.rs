//! Which statements are stopped inside, too.

use clap::ValueEnum;

use crate::explore::Inside;

/// Statements that are stopped inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum InsideArgument {
    /// Those that, by their text, read more than the rows that they write, or call code
    Readers,
    /// All that write
    All,
    /// None
    Off,
}

impl InsideArgument {
    pub(super) fn inside(self) -> Inside {
        match self {
            Self::Readers => Inside::Readers,
            Self::All => Inside::All,
            Self::Off => Inside::Off,
        }
    }
}
