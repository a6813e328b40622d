//! The exit codes, the same in every command.

/// How the program ended, as a shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every promise held, or nothing was promised.
    Held = 0,
    /// A promise was broken.
    Broken = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The database cannot be reached, or could not be set up.
    Unreachable = 3,
    /// The run does not allow a verdict.
    Inconclusive = 4,
    /// Slower than the baseline allows.
    Slower = 5,
    /// The baseline does not fit what is measured now.
    Unfit = 6,
    /// An error of lockbench's own: it must not be believed.
    Internal = 70,
    /// Ended by Ctrl-C, or by a signal that asks for the same.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
