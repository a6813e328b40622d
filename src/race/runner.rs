//! What runs a session's command, once for each schedule.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::interceptor::Interceptor;
use super::observations::Observations;
use super::program::{Ending, Program, end, group_of};
use super::resident::Resident;
use crate::explore::EventSender;
use crate::wire::{Proxy, Traffic};

/// How long the server may take to close the connections of a program that has ended.
const CLOSING: Duration = Duration::from_secs(30);

/// How long the server may take to close what a worker has left in a transaction and said goodbye
/// to, before the worker is started anew for it.
const GOODBYE: Duration = Duration::from_millis(200);

/// How long a program that runs alone may take.
const ALONE: Duration = Duration::from_secs(120);

/// Longer than the engine waits for anything.
const FOR_EVER: Duration = Duration::from_secs(3_600);

/// Between two looks at whether a program has ended.
const PAUSE: Duration = Duration::from_millis(1);

/// Runs a session's command. Dropping it leaves nothing behind.
pub(super) struct Runner {
    program: Program,
    interceptor: Arc<Interceptor>,
    /// Dropped with it, which closes the port.
    _proxy: Proxy,
    traffic: Traffic,
    running: Option<Running>,
    last: Arc<Mutex<Option<Ending>>>,
    is_victim_when_closing_cycle: bool,
    /// Whether the program stays.
    stays: bool,
    resident: Option<Resident>,
}

/// A schedule's work.
struct Running {
    /// The processes that do it; `None` where one does that stays.
    group: Option<Pid>,
    /// Whether it has come to its end, and that is about to be told.
    is_over: Arc<AtomicBool>,
    /// Waits for its end. Gives whether a program that stays can be used again.
    waiting: JoinHandle<bool>,
}

impl Runner {
    pub(super) fn new(
        program: Program,
        interceptor: Arc<Interceptor>,
        proxy: Proxy,
        is_victim_when_closing_cycle: bool,
        stays: bool,
    ) -> Self {
        Self {
            program,
            interceptor,
            traffic: proxy.traffic(),
            _proxy: proxy,
            running: None,
            last: Arc::default(),
            is_victim_when_closing_cycle,
            stays,
            resident: None,
        }
    }

    /// Runs the command with nobody beside it.
    ///
    /// # Errors
    /// It does not start, or not end, in a sentence.
    pub(super) fn run_alone(&mut self) -> Result<Ending, String> {
        match self.stays {
            true => self.work_alone(),
            false => self.start_alone(),
        }
    }

    fn start_alone(&mut self) -> Result<Ending, String> {
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
                    return Err(self.endless());
                }
                Ok(Some(status)) => break Ok(status),
                Err(error) => break Err(error),
            }
        };
        let ending = self.program.ending(status);
        end(group);
        self.close_connections()?;
        Ok(ending)
    }

    fn work_alone(&mut self) -> Result<Ending, String> {
        let resident = self.ready_resident()?;
        resident.ask();
        let ending = resident
            .answers()
            .ending(ALONE)
            .ok_or_else(|| self.endless())?;
        if self.interceptor.holds_anything_for(GOODBYE) || ending.code.is_none() {
            self.dismiss_resident()?;
        } else {
            self.interceptor.idle();
        }
        Ok(ending)
    }

    /// How the session has ended last in a schedule.
    pub(super) fn last_ending(&self) -> Option<Ending> {
        lock(&self.last).clone()
    }

    /// What the session was seen to do in its last run.
    pub(super) fn seen(&self) -> Observations {
        self.interceptor.seen()
    }

    /// Whether it is a deadlock's victim whenever it closes a cycle of sessions that wait.
    pub(super) fn is_victim_when_closing_cycle(&self) -> bool {
        self.is_victim_when_closing_cycle
    }

    /// Goes on with the statement that it was stopped before.
    pub(super) fn resume(&self) {
        self.interceptor.release();
    }

    fn endless(&self) -> String {
        format!(
            "`{}` has not ended after {} s, although it ran alone",
            self.program.command.shown,
            ALONE.as_secs()
        )
    }

    /// One that waits for work, and nothing that stops it on its way there.
    fn ready_resident(&mut self) -> Result<&mut Resident, String> {
        self.interceptor.get_ready();
        let resident = match self.resident.take() {
            Some(resident) => resident,
            None => Resident::start(&self.program)?,
        };
        // What it sent to get ready is not its work.
        self.interceptor.pass_through();
        Ok(self.resident.insert(resident))
    }

    fn dismiss_resident(&mut self) -> Result<(), String> {
        self.resident = None;
        self.close_connections()
    }

    /// Waits until the server has closed every connection.
    fn close_connections(&self) -> Result<(), String> {
        self.interceptor.disconnect();
        self.traffic.hang_up();
        match self.traffic.wait_until_closed(CLOSING) {
            true => Ok(()),
            false => Err(format!(
                "the server has not closed the connections of `{}` after {} s",
                self.program.command.shown,
                CLOSING.as_secs()
            )),
        }
    }

    /// Begins the work for a schedule.
    pub(super) fn begin(&mut self, events: &EventSender) {
        *lock(&self.last) = None;
        let begun = match self.stays {
            true => self.begin_work(events),
            false => self.begin_command(events),
        };
        match begun {
            Ok(running) => self.running = Some(running),
            Err(words) => events.session_ended(Err(words)),
        }
    }

    fn begin_command(&self, events: &EventSender) -> Result<Running, String> {
        self.interceptor.intercept(events.clone());
        let mut child = self.program.start()?;
        let group = group_of(&child);
        let program = self.program.clone();
        let (interceptor, traffic) = (Arc::clone(&self.interceptor), self.traffic.clone());
        Ok(self.watch(Some(group), events, move || {
            let ending = program.ending(child.wait());
            interceptor.disconnect();
            // Whatever it has left running in the background goes with it.
            end(group);
            traffic.wait_until_closed(CLOSING);
            (ending, false)
        }))
    }

    fn begin_work(&mut self, events: &EventSender) -> Result<Running, String> {
        let (interceptor, traffic) = (Arc::clone(&self.interceptor), self.traffic.clone());
        let resident = self.ready_resident()?;
        interceptor.intercept(events.clone());
        resident.ask();
        let answers = resident.answers();
        Ok(self.watch(None, events, move || {
            let ending = answers.ending(FOR_EVER);
            let ending = ending.unwrap_or_else(|| Ending::unknown("it never ended"));
            let is_fit = ending.code.is_some() && !interceptor.holds_anything_for(GOODBYE);
            if is_fit {
                interceptor.idle();
            } else {
                interceptor.disconnect();
                traffic.hang_up();
                traffic.wait_until_closed(CLOSING);
            }
            (ending, is_fit)
        }))
    }

    /// Waits beside us for the end of the work, and tells of it. `end` gives how it has ended, and
    /// whether a program that stays can be used again.
    fn watch(
        &self,
        group: Option<Pid>,
        events: &EventSender,
        end: impl FnOnce() -> (Ending, bool) + Send + 'static,
    ) -> Running {
        let (events, last) = (events.clone(), Arc::clone(&self.last));
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let waiting = thread::spawn(move || {
            let (ending, is_fit) = end();
            let told = ending.told();
            *lock(&last) = Some(ending);
            over.store(true, Relaxed);
            events.session_ended(told);
            is_fit
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
            if !running.is_over.load(Relaxed) {
                self.interceptor.disconnect();
                match running.group {
                    Some(group) => end(group),
                    None => self.resident = None,
                }
                self.traffic.hang_up();
            }
            let is_fit = running.waiting.join().unwrap_or_default();
            if is_fit && self.resident.is_some() {
                return Ok(());
            }
        } else if self.resident.is_some() {
            return Ok(());
        }
        self.dismiss_resident()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // There is nobody to tell that it did not work.
        let _ = self.clean_up();
        let _ = self.dismiss_resident();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
