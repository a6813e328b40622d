use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::observations::Observations;
use super::program::Ending;
use super::runner::Runner;
use crate::explore::{EventSender, RemoteSession, Resume};

/// A runner that the scheduler leads, and whoever runs the sessions one after the other.
#[derive(Clone)]
pub(super) struct SharedRunner(Arc<Mutex<Runner>>);

impl SharedRunner {
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
    pub(super) fn seen(&self) -> Observations {
        self.runner().seen()
    }
}

impl RemoteSession for SharedRunner {
    fn is_victim_when_closing_cycle(&self) -> bool {
        self.runner().is_victim_when_closing_cycle()
    }

    fn label(&self) -> String {
        self.runner().label()
    }

    fn starts_program(&self) -> bool {
        self.runner().starts_program()
    }

    fn start(&mut self, events: &EventSender, alone: bool) {
        self.runner().begin(events, alone);
    }

    fn let_others(&mut self) {
        self.runner().let_others();
    }

    fn resumer(&self) -> Resume {
        let shared = self.clone();
        Box::new(move || shared.runner().resume())
    }

    fn clean_up(&mut self) -> Result<(), String> {
        self.runner().clean_up()
    }
}
