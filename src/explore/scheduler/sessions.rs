//! Who comes onto the stage, who leaves it, and how everybody becomes new between two schedules.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Stage;
use crate::db::blocked::Explorable;
use crate::explore::error::ExploreError;
use crate::explore::interceptor::Gate;
use crate::explore::messages::{Command, Now, SessionEvent};
use crate::explore::participant::{Actor, Doing, Renewal};
#[cfg(feature = "cli")]
use crate::explore::remote::{self, EventSender, RemoteSession};
use crate::explore::session::{Performer, Work, connect, live};

/// How long sessions may take to close their connections at the end.
const CLOSING_PATIENCE: Duration = Duration::from_secs(1);

/// Between two looks at whether a session is gone.
const PAUSE: Duration = Duration::from_millis(2);

impl<C: Explorable> Stage<C> {
    /// Starts a session's thread. The receiver is closed when the thread ends.
    pub(super) fn enter(
        &mut self,
        session: usize,
        performer: Performer<C>,
    ) -> Result<(Actor, Receiver<()>), ExploreError> {
        match performer {
            Performer::Code(work) => self.enter_code(session, work),
            #[cfg(feature = "cli")]
            Performer::Remote(remote) => self.enter_remote(session, remote),
        }
    }

    #[cfg(feature = "cli")]
    fn enter_remote(
        &mut self,
        session: usize,
        remote: Box<dyn RemoteSession>,
    ) -> Result<(Actor, Receiver<()>), ExploreError> {
        let introduction = remote::introduction(remote.as_ref());
        self.is_victim_when_closing_cycle = introduction.is_victim_when_closing_cycle;
        let (orders, ordered) = channel();
        let answered = Arc::new(AtomicBool::new(false));
        let actor = Actor::new(orders, introduction, Arc::clone(&answered));
        let events = EventSender::new(session, Arc::clone(&self.mailbox), answered);
        let ended = spawn(session, move || remote::live(remote, &ordered, &events))?;
        Ok((actor, ended))
    }

    fn enter_code(
        &mut self,
        session: usize,
        work: Work<C>,
    ) -> Result<(Actor, Receiver<()>), ExploreError> {
        let (connection, introduction) =
            connect(&self.casting.connect).map_err(ExploreError::Connect)?;
        self.is_victim_when_closing_cycle = introduction.is_victim_when_closing_cycle;
        let (orders, ordered) = channel();
        let mailbox = Arc::clone(&self.mailbox);
        let answered = Arc::new(AtomicBool::new(false));
        let actor = Actor::new(orders, introduction, Arc::clone(&answered));
        let gate = Gate::new(session, self.kind, mailbox, ordered, answered);
        let casting = Arc::clone(&self.casting);
        let ended = spawn(session, move || live(connection, &casting, work, gate))?;
        Ok((actor, ended))
    }

    /// Ends a schedule: whoever is still at work leaves, and nothing that a session holds is left
    /// when this returns. The new connections are made meanwhile.
    pub(super) fn dismiss(&mut self) -> Result<(), ExploreError> {
        self.mailbox.hold_all();
        for actor in &self.actors {
            if actor.connection == Renewal::Used {
                let order = match actor.has_ended() {
                    true => Command::Over,
                    false => Command::Abort,
                };
                let _ = actor.orders.send(order);
            }
        }
        self.wait_until(|actor| actor.connection != Renewal::Used)
    }

    /// Waits until everybody has a connection on which no schedule has left anything.
    pub(super) fn wait_for_new_connections(&mut self) -> Result<(), ExploreError> {
        self.wait_until(|actor| actor.connection == Renewal::New)
    }

    fn wait_until(&mut self, is_done: impl Fn(&Actor) -> bool) -> Result<(), ExploreError> {
        let deadline = Instant::now() + self.rules.patience;
        while !self.actors.iter().all(&is_done) {
            match self.mailbox.take_within(1, PAUSE) {
                Some(event) => self.hear_of_leaving(event)?,
                None if Instant::now() > deadline => return Err(ExploreError::ThreadGone),
                None => {}
            }
        }
        Ok(())
    }

    /// What a session does once the schedule is over is about its connection alone.
    fn hear_of_leaving(&mut self, event: SessionEvent) -> Result<(), ExploreError> {
        let actor = &mut self.actors[event.session];
        match event.now {
            Now::Ended { stays: true, .. } => actor.connection = Renewal::New,
            Now::Ended { stays: false, .. } => {
                let _ = actor.orders.send(Command::Over);
            }
            Now::Released { sure } => {
                let id = actor.introduction.id;
                actor.connection = Renewal::Released;
                if !sure {
                    self.wait_until_gone(id)?;
                }
            }
            Now::Ready(introduced) => {
                actor.introduction = introduced.map_err(ExploreError::Connect)?;
                actor.connection = Renewal::New;
            }
            // It has been told to leave.
            Now::AtGate(_) | Now::WantsLock(_) => {}
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

    /// How each session has ended.
    pub(super) fn endings(&self) -> Vec<Result<String, String>> {
        let ending = |actor: &Actor| match &actor.doing {
            Doing::Ended(ending) => ending.clone(),
            Doing::Waits(_) | Doing::WantsLock(_) => Err("it waits forever".to_owned()),
            _ => Err("cut short".to_owned()),
        };
        self.actors.iter().map(ending).collect()
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

impl<C> Drop for Stage<C> {
    /// Lets every session end, and waits until its connection is closed; one that hangs in its
    /// own code is left behind.
    fn drop(&mut self) {
        for actor in &self.actors {
            let _ = actor.orders.send(Command::Abort);
        }
        let deadline = Instant::now() + CLOSING_PATIENCE;
        for (actor, ended) in self.actors.drain(..).zip(&self.threads) {
            // Whoever waits for an order is told by this that there will be none.
            drop(actor);
            let _ = ended.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        }
    }
}
