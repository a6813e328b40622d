//! What a strategy changes beyond the code of the purchase.

use super::{Dispatch, Guard, Layout, Strategy};

impl Strategy {
    /// What a team must change in its architecture for it, as in "combine: …"; `None` for an
    /// ordinary strategy, which is a way to write the purchase and leaves the rest as it is.
    pub(crate) fn changes(self) -> Option<&'static str> {
        let plan = self.plan();
        let guard = match plan.guard {
            Guard::None
            | Guard::Advisory
            | Guard::AdvisoryEarly
            | Guard::AdvisoryLate
            | Guard::AdvisoryNarrow => None,
            Guard::Mutex | Guard::Semaphore => Some("all buying has to happen in one process"),
            Guard::Leader => Some("one session does all the buying while the others stand by"),
        };
        let dispatch = match plan.dispatch {
            Dispatch::Statements => None,
            Dispatch::Procedure => Some("the purchase moves into a procedure in the database"),
            Dispatch::Combined => {
                Some("buyers queue inside each process, and one buys for everyone waiting")
            }
        };
        let layout = match plan.layout {
            Layout::OneRow => None,
            Layout::Buckets => Some("the stock of each item is split over several rows"),
            Layout::UnitRows => Some("each unit in stock has a row of its own"),
        };
        guard.or(dispatch).or(layout)
    }

    /// Whether it is a way to write the purchase, and no more than that.
    pub(crate) fn is_ordinary(self) -> bool {
        self.changes().is_none()
    }
}
