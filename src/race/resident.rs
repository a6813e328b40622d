//! A program that stays over all schedules, and does a session's work each time that it is asked.

use std::time::Duration;

use super::application::Application;
use super::program::{Answers, Program};
use super::request::SessionCommand;
use super::worker::Worker;

/// A program that stays. Dropping it ends it.
pub(super) enum Resident {
    /// One that is sent lines.
    Worker(Worker),
    /// One that is sent requests.
    Application(Application),
}

impl Resident {
    /// Starts it, and waits until it is ready.
    ///
    /// # Errors
    /// It does not get ready, in a sentence.
    pub(super) fn start(program: &Program) -> Result<Self, String> {
        match &program.command.http {
            None => Worker::start(program).map(Self::Worker),
            Some(request) => Application::start(program, request).map(Self::Application),
        }
    }

    /// Asks it for what `command` is to do. Gives where it will answer.
    pub(super) fn ask(&mut self, command: &SessionCommand) -> Answers {
        match (self, &command.http) {
            (Self::Application(application), Some(request)) => application.ask(request),
            (Self::Application(application), None) => application.ask(&Default::default()),
            (Self::Worker(worker), _) => {
                let answers = worker.answers();
                // Whatever else it has answered before.
                while answers.within(Duration::ZERO).is_ok() {}
                worker.ask();
                answers
            }
        }
    }
}
