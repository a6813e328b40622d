//! What runs a session's work, once for each schedule.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use nix::unistd::Pid;

use super::instance::Instance;
use super::interceptor::Interceptor;
use super::launcher::Launcher;
use super::observations::Observations;
use super::program::{Ending, end};
use crate::explore::EventSender;

/// Runs a session's work. Dropping it leaves nothing behind.
pub(super) struct Runner {
    interceptor: Arc<Interceptor>,
    work: Work,
    running: Option<Running>,
    last: Arc<Mutex<Option<Ending>>>,
    is_victim_when_closing_cycle: bool,
}

/// Who does it.
pub(super) enum Work {
    /// A command that is started for it.
    Command(Box<Launcher>),
    /// A program that stays, and by which of its numbers it knows this session.
    Instance(Arc<Instance>, usize),
}

/// A schedule's work.
struct Running {
    /// The processes that do it; `None` where one does that stays.
    group: Option<Pid>,
    /// Whether it has come to its end, and that is about to be told.
    is_over: Arc<AtomicBool>,
    /// Waits for its end.
    waiting: JoinHandle<()>,
}

impl Runner {
    pub(super) fn new(
        interceptor: Arc<Interceptor>,
        work: Work,
        is_victim_when_closing_cycle: bool,
    ) -> Self {
        Self {
            interceptor,
            work,
            running: None,
            last: Arc::default(),
            is_victim_when_closing_cycle,
        }
    }

    /// Runs the work with nobody beside it.
    ///
    /// # Errors
    /// It does not start, or not end, in a sentence.
    pub(super) fn run_alone(&self) -> Result<Ending, String> {
        match &self.work {
            Work::Command(launcher) => launcher.run_alone(),
            Work::Instance(instance, session) => instance.run_alone(*session),
        }
    }

    /// How the session has ended last in a schedule.
    pub(super) fn last_ending(&self) -> Option<Ending> {
        lock(&self.last).clone()
    }

    /// What the session was seen to do in its last run.
    pub(super) fn seen(&self) -> Observations {
        let mut seen = self.interceptor.seen();
        if let Work::Instance(instance, _) = &self.work {
            seen.unclear = instance.is_unclear();
        }
        seen
    }

    /// Whether it is a deadlock's victim whenever it closes a cycle of sessions that wait.
    pub(super) fn is_victim_when_closing_cycle(&self) -> bool {
        self.is_victim_when_closing_cycle
    }

    /// What it is called by.
    pub(super) fn label(&self) -> String {
        match &self.work {
            Work::Command(launcher) => launcher.program.command.shown.clone(),
            Work::Instance(instance, session) => instance.label(*session),
        }
    }

    /// Whether a program has to start for it.
    pub(super) fn starts_program(&self) -> bool {
        matches!(self.work, Work::Command(_))
    }

    /// Lets others have their turn while it is quiet.
    pub(super) fn let_others(&self) {
        self.interceptor.let_others();
    }

    /// Goes on with the statement that it was stopped before.
    pub(super) fn resume(&self) {
        self.interceptor.release();
    }

    /// Begins the work for a schedule; not `alone`: at the same time as the others.
    pub(super) fn begin(&mut self, events: &EventSender, alone: bool) {
        *lock(&self.last) = None;
        let begun = match &self.work {
            Work::Command(launcher) => {
                let begun = launcher.begin(events);
                begun.map(|(group, wait)| self.watch(Some(group), events, wait))
            }
            Work::Instance(instance, session) => {
                let begun = instance.begin(*session, events, alone);
                begun.map(|wait| self.watch(None, events, wait))
            }
        };
        match begun {
            Ok(running) => self.running = Some(running),
            Err(words) => events.session_ended(Err(words)),
        }
    }

    /// Waits beside us for the end of the work, and tells of it.
    fn watch(
        &self,
        group: Option<Pid>,
        events: &EventSender,
        wait: impl FnOnce() -> Ending + Send + 'static,
    ) -> Running {
        let (events, last) = (events.clone(), Arc::clone(&self.last));
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let waiting = thread::spawn(move || {
            let ending = wait();
            let told = ending.told();
            *lock(&last) = Some(ending);
            over.store(true, Relaxed);
            events.session_ended(told);
        });
        Running {
            group,
            is_over,
            waiting,
        }
    }

    /// Ends the work, if it has not ended, and returns once nothing that it held is left.
    ///
    /// # Errors
    /// It cannot be ended, in a sentence.
    pub(super) fn clean_up(&mut self) -> Result<(), String> {
        if let Some(running) = self.running.take() {
            let is_over = running.is_over.load(Relaxed);
            let ended = match &self.work {
                _ if is_over => Ok(()),
                Work::Command(launcher) => {
                    self.interceptor.disconnect();
                    running.group.into_iter().for_each(end);
                    launcher.close_connections()
                }
                Work::Instance(instance, _) => instance.dismiss(),
            };
            // One that panicked has said so.
            let _ = running.waiting.join();
            ended?;
        }
        match &self.work {
            Work::Command(launcher) => launcher.close_connections(),
            Work::Instance(instance, _) => instance.clean_up(),
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // There is nobody to tell that it did not work.
        let _ = self.clean_up();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
