//! A program that stays over all schedules, and does the work of one session, or of all of them.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::interceptor::Interceptor;
use super::port::Port;
use super::program::{ALONE, Answers, Ending, Program, endless};
use super::request::SessionCommand;
use super::resident::Resident;
use crate::explore::EventSender;

/// How long the server may take to close what a worker has left in a transaction and said goodbye
/// to, before the worker is started anew for it.
const GOODBYE: Duration = Duration::from_millis(200);

/// Longer than the engine waits for anything.
const FOR_EVER: Duration = Duration::from_secs(3_600);

/// A program that stays. Dropping it ends it.
pub(super) struct Instance {
    program: Program,
    port: Port,
    /// The sessions whose work it does, each with what it is asked to do.
    sessions: Vec<(Arc<Interceptor>, SessionCommand)>,
    resident: Mutex<Option<Resident>>,
    /// Whether something of a schedule is left in it that the next must not meet.
    is_spent: AtomicBool,
}

impl Instance {
    pub(super) fn new(
        program: Program,
        port: Port,
        sessions: Vec<(Arc<Interceptor>, SessionCommand)>,
    ) -> Self {
        Self {
            program,
            port,
            sessions,
            resident: Mutex::default(),
            is_spent: AtomicBool::new(false),
        }
    }

    fn resident(&self) -> MutexGuard<'_, Option<Resident>> {
        self.resident.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has it do a session's work with nobody beside it.
    ///
    /// # Errors
    /// It does not get ready, or not end, in a sentence.
    pub(super) fn run_alone(&self, session: usize) -> Result<Ending, String> {
        self.get_ready()?;
        let (interceptor, command) = &self.sessions[session];
        // What it sent to get ready is not its work.
        interceptor.pass_through();
        let answers = self.ask(session);
        let ending = answers.and_then(|answers| answers.ending(ALONE));
        let ending = ending.ok_or_else(|| endless(command))?;
        self.end_work(session, &ending);
        self.clean_up()?;
        Ok(ending)
    }

    /// Has it do a session's work in a schedule. Gives what waits for its end.
    ///
    /// # Errors
    /// It does not get ready, in a sentence.
    pub(super) fn begin(
        self: &Arc<Self>,
        session: usize,
        events: &EventSender,
    ) -> Result<impl FnOnce() -> Ending + Send + use<>, String> {
        self.get_ready()?;
        self.sessions[session].0.intercept(events.clone());
        let instance = Arc::clone(self);
        Ok(move || {
            let answers = instance.ask(session);
            let ending = answers.and_then(|answers| answers.ending(FOR_EVER));
            let ending = ending.unwrap_or_else(|| Ending::unknown("it never ended"));
            instance.end_work(session, &ending);
            ending
        })
    }

    /// One that waits for work, and nothing that stops it on its way there.
    fn get_ready(&self) -> Result<(), String> {
        let mut resident = self.resident();
        if resident.is_none() {
            for (interceptor, _) in &self.sessions {
                interceptor.get_ready();
            }
            *resident = Some(Resident::start(&self.program)?);
            self.is_spent.store(false, Relaxed);
        }
        Ok(())
    }

    /// Asks it for a session's work; `None` where it has been ended.
    fn ask(&self, session: usize) -> Option<Answers> {
        let command = &self.sessions[session].1;
        let mut resident = self.resident();
        resident.as_mut().map(|resident| resident.ask(command))
    }

    /// A session's work has come to that end.
    fn end_work(&self, session: usize, ending: &Ending) {
        let interceptor = &self.sessions[session].0;
        if ending.code.is_some() && !interceptor.holds_anything_for(GOODBYE) {
            interceptor.idle();
            return;
        }
        self.is_spent.store(true, Relaxed);
        // What it holds is let go before its end is told.
        let _ = self.close_connections();
    }

    /// Ends it where something of a schedule is left in it.
    ///
    /// # Errors
    /// The server does not close its connections, in a sentence.
    pub(super) fn clean_up(&self) -> Result<(), String> {
        match self.is_spent.load(Relaxed) {
            true => self.dismiss(),
            false => Ok(()),
        }
    }

    /// Ends it, whatever it does.
    ///
    /// # Errors
    /// The server does not close its connections, in a sentence.
    pub(super) fn dismiss(&self) -> Result<(), String> {
        for (interceptor, _) in &self.sessions {
            interceptor.disconnect();
        }
        *self.resident() = None;
        self.close_connections()
    }

    fn close_connections(&self) -> Result<(), String> {
        let sessions = self.sessions.iter().map(|(interceptor, _)| &**interceptor);
        self.port
            .close_connections(sessions, &self.program.command.shown)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // There is nobody to tell that it did not work.
        let _ = self.dismiss();
    }
}
