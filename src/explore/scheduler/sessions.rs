//! Starting and ending the sessions, and making their connections new between two schedules.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Scheduler;
use crate::db::blocked::Explorable;
use crate::explore::error::ExploreError;
use crate::explore::interceptor::Interceptor;
use crate::explore::messages::{Command, SessionEvent, Status};
use crate::explore::participant::{Activity, ConnectionStatus, Participant};
#[cfg(feature = "cli")]
use crate::explore::remote::{self, EventSender, RemoteSession};
use crate::explore::session::{SessionBody, Work, connect, live};

/// How long sessions may take to close their connections at the end.
const CLOSING_PATIENCE: Duration = Duration::from_secs(1);

/// Between two looks at whether a session is gone.
const PAUSE: Duration = Duration::from_millis(2);

impl<C: Explorable> Scheduler<C> {
    /// Starts a session's thread. The receiver is closed when the thread ends.
    pub(super) fn start_session(
        &mut self,
        session: usize,
        body: SessionBody<C>,
    ) -> Result<(Participant, Receiver<()>), ExploreError> {
        match body {
            SessionBody::Code(work) => self.start_code(session, work),
            #[cfg(feature = "cli")]
            SessionBody::Remote(remote) => self.start_remote(session, remote),
        }
    }

    #[cfg(feature = "cli")]
    fn start_remote(
        &mut self,
        session: usize,
        remote: Box<dyn RemoteSession>,
    ) -> Result<(Participant, Receiver<()>), ExploreError> {
        let connection_info = remote::connection_info(remote.as_ref());
        self.is_victim_when_closing_cycle = connection_info.is_victim_when_closing_cycle;
        let (orders, ordered) = channel();
        let answered = Arc::new(AtomicBool::new(false));
        let resume = Some(remote.resumer());
        let mut participant =
            Participant::new(orders, resume, connection_info, Arc::clone(&answered));
        participant.label = Some(remote.label());
        participant.starts_program = remote.starts_program();
        let events = EventSender::new(
            session,
            Arc::clone(&self.queue),
            answered,
            self.rules.inside,
        );
        let ended = spawn(session, move || remote::live(remote, &ordered, &events))?;
        Ok((participant, ended))
    }

    fn start_code(
        &mut self,
        session: usize,
        work: Work<C>,
    ) -> Result<(Participant, Receiver<()>), ExploreError> {
        let (connection, connection_info) =
            connect(&self.policy.connect).map_err(ExploreError::Connect)?;
        self.is_victim_when_closing_cycle = connection_info.is_victim_when_closing_cycle;
        let (orders, ordered) = channel();
        let queue = Arc::clone(&self.queue);
        let answered = Arc::new(AtomicBool::new(false));
        let participant = Participant::new(orders, None, connection_info, Arc::clone(&answered));
        let inside = self.rules.inside;
        let interceptor = Interceptor::new(session, self.kind, inside, queue, ordered, answered);
        let policy = Arc::clone(&self.policy);
        let ended = spawn(session, move || {
            live(connection, &policy, work, interceptor)
        })?;
        Ok((participant, ended))
    }

    /// Ends a schedule: whoever is still at work leaves, and nothing that a session holds is left
    /// when this returns. The new connections are made meanwhile.
    pub(super) fn end_schedule(&mut self) -> Result<(), ExploreError> {
        self.queue.hold_all();
        self.open_gates()?;
        for participant in &self.participants {
            if participant.connection == ConnectionStatus::Used {
                let order = match participant.has_ended() {
                    true => Command::Over,
                    false => Command::Abort,
                };
                let _ = participant.orders.send(order);
            }
        }
        self.wait_until(|participant| participant.connection != ConnectionStatus::Used)
    }

    /// Waits until everybody has a connection on which no schedule has left anything.
    pub(super) fn wait_for_new_connections(&mut self) -> Result<(), ExploreError> {
        self.wait_until(|participant| participant.connection == ConnectionStatus::New)
    }

    fn wait_until(&mut self, is_done: impl Fn(&Participant) -> bool) -> Result<(), ExploreError> {
        let deadline = Instant::now() + self.rules.patience;
        while !self.participants.iter().all(&is_done) {
            match self.queue.take_within(1, PAUSE) {
                Some(event) => self.handle_after_schedule(event)?,
                None if Instant::now() > deadline => return Err(ExploreError::ThreadGone),
                None => {}
            }
        }
        Ok(())
    }

    /// What a session does once the schedule is over is about its connection alone.
    fn handle_after_schedule(&mut self, event: SessionEvent) -> Result<(), ExploreError> {
        let participant = &mut self.participants[event.session];
        match event.now {
            Status::Ended { stays: true, .. } => participant.connection = ConnectionStatus::New,
            Status::Ended { stays: false, .. } => {
                let _ = participant.orders.send(Command::Over);
            }
            Status::Released { sure } => {
                let id = participant.connection_info.id;
                participant.connection = ConnectionStatus::Released;
                if !sure {
                    self.wait_until_gone(id)?;
                }
            }
            Status::Ready(introduced) => {
                participant.connection_info = introduced.map_err(ExploreError::Connect)?;
                participant.connection = ConnectionStatus::New;
            }
            // It has been told to leave.
            Status::Stopped(_) | Status::WantsLock(_) => {}
        }
        Ok(())
    }

    /// Waits until the server has noticed that a session is gone, and what it held with it.
    fn wait_until_gone(&mut self, id: i64) -> Result<(), ExploreError> {
        let deadline = Instant::now() + self.rules.patience;
        loop {
            match self.observer.is_alive(id) {
                Ok(false) => return Ok(()),
                Ok(true) if Instant::now() < deadline => thread::sleep(PAUSE),
                Ok(true) => return Err(ExploreError::ThreadGone),
                Err(error) => return Err(ExploreError::Waits(error.to_string())),
            }
        }
    }

    /// A session that was never stopped before a statement.
    pub(in crate::explore) fn silent(&self) -> Option<usize> {
        self.participants
            .iter()
            .position(|participant| !participant.seen)
    }

    /// How each session has ended.
    pub(super) fn endings(&self) -> Vec<Result<String, String>> {
        let ending = |participant: &Participant| match &participant.activity {
            Activity::Ended(ending) => ending.clone(),
            Activity::Waits(_) | Activity::WantsLock(_) => Err("it waits forever".to_owned()),
            _ => Err("cut short".to_owned()),
        };
        self.participants.iter().map(ending).collect()
    }
}

/// Runs a session's life on a thread of its own. The receiver is closed when it ends.
fn spawn(
    session: usize,
    life: impl FnOnce() + Send + 'static,
) -> Result<Receiver<()>, ExploreError> {
    let (at_work, ended) = channel();
    thread::Builder::new()
        .name(format!("session {}", session + 1))
        .spawn(move || {
            life();
            drop(at_work);
        })
        .map_err(|error| ExploreError::Connect(error.to_string()))?;
    Ok(ended)
}

impl<C: Explorable> Drop for Scheduler<C> {
    /// Lets every session end, and waits until its connection is closed; one that hangs in its
    /// own code is left behind.
    fn drop(&mut self) {
        for participant in &self.participants {
            let _ = participant.orders.send(Command::Abort);
        }
        let deadline = Instant::now() + CLOSING_PATIENCE;
        for (participant, ended) in self.participants.drain(..).zip(&self.threads) {
            // Whoever waits for an order is told by this that there will be none.
            drop(participant);
            let _ = ended.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        }
        if self.rules.makes_gates {
            // Where it does not work they go with the connection.
            let _ = self.observer.remove_gates();
        }
    }
}
