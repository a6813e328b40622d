//! What an attempt means for its order, whoever has made it.

use super::{Answer, AttemptError, Conflict};

/// What an attempt means for its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// It is carried out.
    Done,
    /// There is not enough left for it.
    SoldOut,
    /// The strategy gives it up.
    GaveUp,
    /// An error has ended it, in these words.
    Failed(String),
    /// Another buyer was in the way: it can be tried again.
    TryAgain(Conflict),
    /// It was carried out or was not, and only its key in the ledger tells.
    LookUp,
}

impl NextStep {
    /// What comes after the attempt with that number, from 1 up. Several buyers may have
    /// `shared_keys`: then whatever is recorded under the order's is somebody else's.
    pub fn after(attempt: Result<Answer, AttemptError>, number: u32, shared_keys: bool) -> Self {
        match attempt {
            Ok(Answer::Done) => Self::Done,
            // `attempt` has seen to the last two.
            Ok(Answer::SoldOut) | Err(AttemptError::SoldOutHalfway | AttemptError::CameUpShort) => {
                Self::SoldOut
            }
            Err(AttemptError::AlreadyRecorded) if shared_keys => Self::SoldOut,
            // Nobody else uses this key: an earlier attempt was committed.
            Err(AttemptError::AlreadyRecorded) if number > 1 => Self::Done,
            Err(AttemptError::AlreadyRecorded) => {
                Self::Failed("the order's key was already in the ledger".to_owned())
            }
            Err(AttemptError::GaveUp) => Self::GaveUp,
            Err(AttemptError::NoEffect(words)) => Self::Failed(words),
            Err(AttemptError::Failed(error)) => Self::Failed(error.to_string()),
            Err(AttemptError::Conflict(conflict)) => Self::TryAgain(conflict),
            Err(AttemptError::Uncertain) => Self::LookUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_key_is_ones_own_only_where_nobody_shares_it_and_one_has_tried_before() {
        let recorded =
            |number, shared| NextStep::after(Err(AttemptError::AlreadyRecorded), number, shared);
        assert_eq!(recorded(2, false), NextStep::Done);
        assert_eq!(recorded(2, true), NextStep::SoldOut);
        assert_eq!(recorded(1, true), NextStep::SoldOut);
        assert!(matches!(recorded(1, false), NextStep::Failed(_)));
    }
}
