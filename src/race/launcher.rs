//! A command that is started anew for each schedule.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::interceptor::Interceptor;
use super::port::{CLOSING, Port, end_transactions};
use super::program::{ALONE, Ending, Program, end, endless, group_of};
use crate::explore::EventSender;

/// Between two looks at whether a program has ended.
const PAUSE: Duration = Duration::from_millis(1);

/// Starts a session's command.
pub(super) struct Launcher {
    pub(super) program: Program,
    pub(super) interceptor: Arc<Interceptor>,
    pub(super) port: Port,
}

impl Launcher {
    /// Runs the command with nobody beside it.
    ///
    /// # Errors
    /// It does not start, or not end, in a sentence.
    pub(super) fn run_alone(&self) -> Result<Ending, String> {
        self.interceptor.pass_through();
        let mut child = self.program.start()?;
        let group = group_of(&child);
        let deadline = Instant::now() + ALONE;
        let status = loop {
            match child.try_wait() {
                Ok(None) if Instant::now() < deadline => thread::sleep(PAUSE),
                Ok(None) => {
                    end(group);
                    let _ = child.wait();
                    self.close_connections()?;
                    return Err(endless(&self.program.command));
                }
                Ok(Some(status)) => break Ok(status),
                Err(error) => break Err(error),
            }
        };
        let ending = self.program.ending(status);
        let ending = end_transactions(&self.port.traffic, &self.interceptor, ending);
        end(group);
        self.close_connections()?;
        Ok(ending)
    }

    /// Starts the command for a schedule. Gives its group, and what waits for its end.
    ///
    /// # Errors
    /// It does not start, in a sentence.
    pub(super) fn begin(
        &self,
        events: &EventSender,
    ) -> Result<(Pid, impl FnOnce() -> Ending + Send + use<>), String> {
        self.interceptor.intercept(events.clone());
        let mut child = self.program.start()?;
        let group = group_of(&child);
        events.at_work();
        let program = self.program.clone();
        let (interceptor, traffic) = (Arc::clone(&self.interceptor), self.port.traffic.clone());
        let wait = move || {
            let ending = program.ending(child.wait());
            let ending = end_transactions(&traffic, &interceptor, ending);
            interceptor.disconnect();
            // Whatever it has left running in the background goes with it.
            end(group);
            traffic.wait_until_closed(CLOSING);
            ending
        };
        Ok((group, wait))
    }

    /// Waits until the server has closed every connection.
    ///
    /// # Errors
    /// It does not, in a sentence.
    pub(super) fn close_connections(&self) -> Result<(), String> {
        let shown = &self.program.command.shown;
        self.port.close_connections([&*self.interceptor], shown)
    }
}
