//! A program that stays over all schedules, and does its session's work once for each time that it
//! is asked.

use std::time::Duration;

use super::application::Application;
use super::program::{Answers, Program};
use super::worker::Worker;

/// A program that stays. Dropping it ends it.
pub(super) enum Resident {
    /// One that is sent lines.
    Worker(Worker),
    /// One that is sent requests.
    Application(Box<Application>),
}

impl Resident {
    /// Starts it, and waits until it is ready.
    ///
    /// # Errors
    /// It does not get ready, in a sentence.
    pub(super) fn start(program: &Program) -> Result<Self, String> {
        match &program.command.http {
            None => Worker::start(program).map(Self::Worker),
            Some(request) => Application::start(program, request)
                .map(|application| Self::Application(Box::new(application))),
        }
    }

    /// Has it do its work, whatever else it has answered before.
    pub(super) fn ask(&mut self) {
        let answers = self.answers();
        while answers.within(Duration::ZERO).is_ok() {}
        match self {
            Self::Worker(worker) => worker.ask(),
            Self::Application(application) => application.ask(),
        }
    }

    /// What it answers.
    pub(super) fn answers(&self) -> Answers {
        match self {
            Self::Worker(worker) => worker.answers(),
            Self::Application(application) => application.answers(),
        }
    }
}
