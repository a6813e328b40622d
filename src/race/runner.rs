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
    /// Whether it is run again when it is refused for another's sake.
    retries: bool,
}

/// Attempts of a session that is run again, at most.
const ATTEMPTS: usize = 10;

/// By what a session is refused for another's sake: a serialization failure, a deadlock.
const FOR_ANOTHER: [&str; 2] = ["40001", "40P01"];

/// Who does it.
#[derive(Clone)]
pub(super) enum Work {
    /// A command that is started for it.
    Command(Arc<Launcher>),
    /// A program that stays, and by which of its numbers it knows this session.
    Instance(Arc<Instance>, usize),
}

/// A schedule's work.
struct Running {
    /// What is to be ended with it.
    at_work: Arc<Mutex<AtWork>>,
    /// Whether it has come to its end, and that is about to be told.
    is_over: Arc<AtomicBool>,
    /// Waits for its end.
    waiting: JoinHandle<()>,
}

/// What does a schedule's work.
struct AtWork {
    /// The processes; `None` where one does it that stays.
    group: Option<Pid>,
    /// Whether it is being ended, and nothing begins any more.
    is_dismissed: bool,
}

/// Waits for the end of the work.
type Wait = Box<dyn FnOnce() -> Ending + Send>;

impl Work {
    /// Begins it. Gives the processes that do it, and what waits for its end.
    fn begin(&self, events: &EventSender, alone: bool) -> Result<(Option<Pid>, Wait), String> {
        Ok(match self {
            Self::Command(launcher) => {
                let (group, wait) = launcher.begin(events)?;
                (Some(group), Box::new(wait))
            }
            Self::Instance(instance, session) => {
                (None, Box::new(instance.begin(*session, events, alone)?))
            }
        })
    }
}

impl Runner {
    pub(super) fn new(
        interceptor: Arc<Interceptor>,
        work: Work,
        is_victim_when_closing_cycle: bool,
        retries: bool,
    ) -> Self {
        Self {
            interceptor,
            work,
            running: None,
            last: Arc::default(),
            is_victim_when_closing_cycle,
            retries,
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
        match self.work.begin(events, alone) {
            Ok((group, wait)) => self.running = Some(self.watch(group, events, wait)),
            Err(words) => events.session_ended(Err(words)),
        }
    }

    /// Waits beside us for the end of the work, and tells of it.
    fn watch(&self, group: Option<Pid>, events: &EventSender, wait: Wait) -> Running {
        let (events, last) = (events.clone(), Arc::clone(&self.last));
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let at_work = Arc::new(Mutex::new(AtWork {
            group,
            is_dismissed: false,
        }));
        let again = self.retries.then(|| Again {
            work: self.work.clone(),
            interceptor: Arc::clone(&self.interceptor),
            at_work: Arc::clone(&at_work),
        });
        let waiting = thread::spawn(move || {
            let mut ending = wait();
            if let Some(again) = again {
                ending = again.until_done(ending, &events);
            }
            let told = ending.told();
            *lock(&last) = Some(ending);
            over.store(true, Relaxed);
            events.session_ended(told);
        });
        Running {
            at_work,
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
            let group = {
                let mut at_work = lock(&running.at_work);
                at_work.is_dismissed = true;
                at_work.group
            };
            let ended = match &self.work {
                _ if is_over => Ok(()),
                Work::Command(launcher) => {
                    self.interceptor.disconnect();
                    group.into_iter().for_each(end);
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

/// Runs a session again that was refused for another's sake, as a program does that retries.
struct Again {
    work: Work,
    interceptor: Arc<Interceptor>,
    at_work: Arc<Mutex<AtWork>>,
}

impl Again {
    /// Runs it until it is not refused so any more. Gives how it has ended then.
    fn until_done(&self, first: Ending, events: &EventSender) -> Ending {
        let mut ending = first;
        for _ in 1..ATTEMPTS {
            let refusals = self.interceptor.seen().refusals;
            let is_refused = refusals
                .first()
                .is_some_and(|code| FOR_ANOTHER.contains(&code.as_str()));
            if ending.succeeded || !is_refused {
                break;
            }
            let begun = {
                let mut at_work = lock(&self.at_work);
                if at_work.is_dismissed {
                    break;
                }
                let begun = self.work.begin(events, true);
                begun.map(|(group, wait)| {
                    at_work.group = group;
                    wait
                })
            };
            ending = match begun {
                Ok(wait) => wait(),
                Err(words) => Ending::unknown(&words),
            };
        }
        ending
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
