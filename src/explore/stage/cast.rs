//! Who comes onto the stage, and who leaves it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Stage;
use crate::db::blocked::Explorable;
use crate::explore::actor::Actor;
use crate::explore::error::ExploreError;
use crate::explore::gate::Gate;
use crate::explore::session::{Connected, Work, connect, live};
use crate::explore::talk::Order;

/// How long sessions may take to close their connections at the end.
const FAREWELL: Duration = Duration::from_secs(1);

impl<C: Explorable> Stage<C> {
    /// Starts a session's thread. Its work comes back when the thread ends in good order.
    pub(super) fn enter(
        &mut self,
        session: usize,
        mut work: Work<C>,
    ) -> Result<(Actor, Receiver<Work<C>>), ExploreError> {
        let Connected {
            connection,
            id,
            closes_own_circle,
        } = connect(&self.connect)?;
        self.closes_own_circle = closes_own_circle;
        let (orders, ordered) = channel();
        let (hand_back, handed_back) = channel();
        let mailbox = Arc::clone(&self.mailbox);
        let answered = Arc::new(AtomicBool::new(false));
        let actor = Actor::new(orders, id, Arc::clone(&answered));
        let gate = Gate::new(session, self.kind, mailbox, ordered, answered);
        thread::Builder::new()
            .name(format!("session {}", session + 1))
            .spawn(move || {
                live(connection, &mut work, gate);
                let _ = hand_back.send(work);
            })
            .map_err(|error| ExploreError::Connect(error.to_string()))?;
        Ok((actor, handed_back))
    }

    /// Replaces a session whose thread has ended, or ends now.
    pub(super) fn replace(&mut self, session: usize) -> Result<(), ExploreError> {
        let work = self.works[session]
            .recv_timeout(self.rules.patience)
            .map_err(|_| ExploreError::ThreadGone)?;
        let (mut actor, work) = self.enter(session, work)?;
        actor.seen = self.actors[session].seen;
        self.actors[session] = actor;
        self.works[session] = work;
        Ok(())
    }

    /// Ends a schedule in the middle: the sessions leave, and others take their places.
    pub(super) fn abort(&mut self) -> Result<(), ExploreError> {
        for actor in &self.actors {
            let _ = actor.orders.send(Order::Abort);
        }
        for session in 0..self.actors.len() {
            if !self.actors[session].has_ended() {
                self.replace(session)?;
            }
        }
        // What they said while they left is about nothing any more.
        self.mailbox.clear();
        Ok(())
    }
}

impl<C> Drop for Stage<C> {
    /// Lets every session end, and waits until its connection is closed; one that hangs in its
    /// own code is left behind.
    fn drop(&mut self) {
        for actor in &self.actors {
            let _ = actor.orders.send(Order::Abort);
        }
        let deadline = Instant::now() + FAREWELL;
        for (actor, work) in self.actors.drain(..).zip(&self.works) {
            // Whoever waits for an order is told by this that there will be none.
            drop(actor);
            let _ = work.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        }
    }
}
