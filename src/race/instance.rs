//! A program that stays over all schedules, and does the work of one session, or of all of them.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::interceptor::Interceptor;
use super::port::{Port, end_transactions};
use super::program::{ALONE, Answers, Ending, Program, endless};
use super::request::SessionCommand;
use super::resident::Resident;
use super::turns::Turns;
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
    shared: Option<Shared>,
    resident: Mutex<Option<Resident>>,
    /// Whether something of a schedule is left in it that the next must not meet.
    is_spent: AtomicBool,
}

/// What several sessions have in common in it.
pub(super) struct Shared {
    pub(super) turns: Arc<Turns>,
    /// Takes what belongs to none of them.
    pub(super) nobody: Arc<Interceptor>,
}

impl Instance {
    /// One that does the work of these sessions, which are several where it is `shared`.
    pub(super) fn new(
        program: Program,
        port: Port,
        sessions: Vec<(Arc<Interceptor>, SessionCommand)>,
        shared: Option<Shared>,
    ) -> Self {
        Self {
            program,
            port,
            sessions,
            shared,
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
        if let Some(shared) = &self.shared {
            shared.turns.take(session);
        }
        let answers = self.ask(session);
        let ending = answers.and_then(|answers| answers.ending(ALONE));
        let ending = ending.ok_or_else(|| endless(command))?;
        let ending = end_transactions(&self.port.traffic, interceptor, ending);
        self.end_work(session, &ending);
        self.clean_up()?;
        Ok(ending)
    }

    /// What that session is called by.
    pub(super) fn label(&self, session: usize) -> String {
        self.sessions[session].1.shown.clone()
    }

    /// Has it do a session's work in a schedule, `alone` or while the others begin, too. Gives what
    /// waits for its end.
    ///
    /// # Errors
    /// It does not get ready, in a sentence.
    pub(super) fn begin(
        self: &Arc<Self>,
        session: usize,
        events: &EventSender,
        alone: bool,
    ) -> Result<impl FnOnce() -> Ending + Send + use<>, String> {
        self.get_ready()?;
        self.sessions[session].0.intercept(events.clone());
        let (instance, events) = (Arc::clone(self), events.clone());
        Ok(move || {
            match &instance.shared {
                Some(shared) if alone => shared.turns.take(session),
                Some(shared) => shared.turns.take_first(session, instance.sessions.len()),
                None => {}
            }
            events.at_work();
            let answers = instance.ask(session);
            let ending = answers.and_then(|answers| answers.ending(FOR_EVER));
            let ending = ending.unwrap_or_else(|| Ending::unknown("it never ended"));
            let own = &instance.sessions[session].0;
            let ending = end_transactions(&instance.port.traffic, own, ending);
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
            if let Some(shared) = &self.shared {
                shared.nobody.get_ready();
            }
            *resident = Some(Resident::start(&self.program)?);
            if let Some(shared) = &self.shared {
                shared.nobody.idle();
            }
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
        let is_fit = ending.code.is_some() && !interceptor.holds_anything_for(GOODBYE);
        if !is_fit {
            self.is_spent.store(true, Relaxed);
        }
        match &self.shared {
            None if !is_fit => {
                // What it holds is let go before its end is told.
                let _ = self.close_connections();
            }
            None => interceptor.idle(),
            // What one holds is in the way of the others, as it would be.
            Some(shared) => {
                interceptor.idle();
                shared.turns.give_back(session);
            }
        }
    }

    /// Whether a statement that matters belonged to none of its sessions.
    pub(super) fn is_unclear(&self) -> bool {
        let mut shared = self.shared.iter();
        shared.any(|shared| shared.nobody.seen().went_on)
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
        if let Some(shared) = &self.shared {
            shared.turns.end();
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
