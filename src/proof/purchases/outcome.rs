use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How a buyer's order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuyerOutcome {
    /// An error ended it.
    Failed,
    /// Another attempt would have served the buyer.
    GaveUp,
    /// It was bought.
    Sold,
    /// There was not enough left.
    SoldOut,
    /// It was refused in as many attempts as a buyer may make: the bound decided, not the buyer.
    OutOfAttempts,
}

impl fmt::Display for BuyerOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "failed",
            Self::GaveUp => "gave up",
            Self::Sold => "sold",
            Self::SoldOut => "sold out",
            Self::OutOfAttempts => "used up its attempts",
        })
    }
}

/// How the orders of a schedule ended that have not failed, each at its buyer's place.
#[derive(Clone, Debug)]
pub(super) struct BuyerOutcomes(Arc<Mutex<Vec<Option<BuyerOutcome>>>>);

impl BuyerOutcomes {
    pub(super) fn of(buyers: usize) -> Self {
        Self(Arc::new(Mutex::new(vec![None; buyers])))
    }

    /// No order of the schedule has ended yet.
    pub(super) fn forget(&self) {
        self.with(|outcomes| outcomes.fill(None));
    }

    /// The order of the buyer with that number, from 1, has ended so.
    pub(super) fn tell(&self, buyer: usize, outcome: BuyerOutcome) {
        self.with(|outcomes| outcomes[buyer - 1] = Some(outcome));
    }

    /// How each order ended, given how its session did: what a session said before it failed,
    /// or was cut off, counts for nothing.
    pub(super) fn given(&self, sessions: &[Result<String, String>]) -> Vec<BuyerOutcome> {
        self.with(|outcomes| {
            let told = sessions.iter().zip(outcomes);
            told.map(|(session, outcome)| {
                let told = outcome.filter(|_| session.is_ok());
                told.unwrap_or(BuyerOutcome::Failed)
            })
            .collect()
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut Vec<Option<BuyerOutcome>>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
