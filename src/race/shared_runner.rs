//! A runner that the stage leads, and whoever runs the sessions one after the other.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::interceptor::Seen;
use super::program::Ending;
use super::runner::Runner;
use crate::explore::{Post, Remote};

/// A runner that the stage leads, and whoever runs the sessions one after the other.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Runner>>);

impl Shared {
    fn runner(&self) -> MutexGuard<'_, Runner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn new(runner: Runner) -> Self {
        Self(Arc::new(Mutex::new(runner)))
    }

    /// Runs the command with nobody beside it.
    ///
    /// # Errors
    /// It does not start, or not end, in a sentence.
    pub(super) fn run_alone(&self) -> Result<Ending, String> {
        self.runner().run_alone()
    }

    /// How the session has ended last in a schedule.
    pub(super) fn last_ending(&self) -> Option<Ending> {
        self.runner().last_ending()
    }

    /// What the session was seen to do in its last run.
    pub(super) fn seen(&self) -> Seen {
        self.runner().seen()
    }
}

impl Remote for Shared {
    fn closes_own_circle(&self) -> bool {
        self.runner().closes_own_circle()
    }

    fn start(&mut self, post: &Post) {
        self.runner().begin(post);
    }

    fn go_on(&mut self) {
        self.runner().go_on();
    }

    fn clear_away(&mut self) -> Result<(), String> {
        self.runner().clear_away()
    }
}
