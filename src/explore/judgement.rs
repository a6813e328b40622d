//! What an invariant says of a final state.

use std::fmt::Display;

/// What an invariant says of a final state that it could look at: `true`, or `Ok(())`, where it
/// holds; otherwise `false`, or an error that says in a sentence what is wrong.
pub trait Judgement {
    /// What is wrong, in a sentence; `None`: nothing is.
    fn wrong(self) -> Option<String>;
}

impl Judgement for bool {
    fn wrong(self) -> Option<String> {
        (!self).then(|| "the invariant does not hold".to_owned())
    }
}

impl<W: Display> Judgement for Result<(), W> {
    fn wrong(self) -> Option<String> {
        self.err().map(|wrong| wrong.to_string())
    }
}
