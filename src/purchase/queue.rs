//! Queues in this process: the first in line leads, and what it does it does for all who have
//! come meanwhile.
//!
//! Known as flat combining (Hendler, Incze, Shavit and Tzafrir, "Flat Combining and the
//! Synchronization-Parallelism Tradeoff", SPAA 2010), and from databases as group commit. The
//! lead goes to whoever has waited longest, and nobody is passed over.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};

use crate::purchase::slots::WaitHook;

/// For how many a leader works at most, so that those behind them do not wait for too long.
const MOST: usize = 128;

/// The queues of all items. In them stands who wants a `T`, and is told a `W`.
#[derive(Debug)]
pub struct Queues<T, W> {
    hook: Option<Arc<dyn WaitHook>>,
    queues: Vec<Mutex<Queue<T, W>>>,
}

#[derive(Debug)]
struct Queue<T, W> {
    waiting: VecDeque<Arc<Ticket<T, W>>>,
    /// Whether somebody leads.
    led: bool,
}

/// Somebody's place in a queue, or in the batch of a leader.
#[derive(Debug)]
struct Ticket<T, W> {
    wants: T,
    /// What the leader answers; `None`: it left without an answer.
    reply: OnceLock<Option<W>>,
    waits: Thread,
}

/// What becomes of whoever stands in a queue.
#[derive(Debug)]
pub enum Turn<'a, T: Clone, W: Copy> {
    /// It leads.
    Leads(Lead<'a, T, W>),
    /// A leader has seen to it, and answers this; `None`: it left without an answer.
    Served(Option<W>),
}

/// The lead: the right to work for a batch, alone. It is handed on when this is dropped, and
/// whoever has not been told anything by then learns just that.
#[derive(Debug)]
pub struct Lead<'a, T, W: Copy> {
    queues: &'a Queues<T, W>,
    number: i64,
    /// The leader comes first, and the others in the order of arrival.
    batch: Vec<Arc<Ticket<T, W>>>,
}

/// Takes a ticket out of its queue when its holder leaves before its turn, as in a panic.
struct QueueGuard<'a, T, W> {
    queues: &'a Queues<T, W>,
    number: i64,
    ticket: &'a Arc<Ticket<T, W>>,
}

impl<T: Clone, W: Copy> Queues<T, W> {
    /// A queue for each of items 1 to `items`.
    pub fn new(items: i64) -> Self {
        let items = usize::try_from(items).unwrap_or(0);
        let queue = || Queue {
            waiting: VecDeque::new(),
            led: false,
        };
        Self {
            hook: None,
            queues: (0..items).map(|_| Mutex::new(queue())).collect(),
        }
    }

    /// The same with a hook that does the waiting.
    #[must_use]
    pub fn with_wait_hook(self, hook: Arc<dyn WaitHook>) -> Self {
        Self {
            hook: Some(hook),
            ..self
        }
    }

    /// Stands in line in queue `number` until it is served, or it is its turn to serve. `None`:
    /// there is no such queue.
    pub fn join(&self, number: i64, wants: T) -> Option<Turn<'_, T, W>> {
        let queue = self.queue(number)?;
        if let Some(hook) = &self.hook {
            hook.arrives(number);
        }
        let ticket = Arc::new(Ticket {
            wants,
            reply: OnceLock::new(),
            waits: thread::current(),
        });
        lock(queue).waiting.push_back(Arc::clone(&ticket));
        let guard = QueueGuard {
            queues: self,
            number,
            ticket: &ticket,
        };
        let mut turn = None;
        let mut try_once = || {
            turn = self.turn(number, &ticket);
            turn.is_some()
        };
        match &self.hook {
            Some(hook) => hook.wait(number, &mut try_once),
            None => {
                while !try_once() {
                    thread::park();
                }
            }
        }
        drop(guard);
        match (&mut turn, &self.hook) {
            (Some(Turn::Leads(lead)), None) => {
                // Those who were served by the batch before have just been woken: they may as
                // well be in this one.
                thread::yield_now();
                lead.gather();
            }
            (Some(Turn::Leads(lead)), Some(_)) => lead.gather(),
            (Some(Turn::Served(_)), Some(hook)) => hook.released(number),
            _ => {}
        }
        turn
    }

    /// How many stand in line in queue `number`, without those that somebody works for.
    pub fn length(&self, number: i64) -> usize {
        let queue = self.queue(number);
        queue.map_or(0, |queue| lock(queue).waiting.len())
    }

    /// What it is the turn for of whoever holds `ticket`, if anything.
    fn turn(&self, number: i64, ticket: &Arc<Ticket<T, W>>) -> Option<Turn<'_, T, W>> {
        if let Some(reply) = ticket.reply.get() {
            return Some(Turn::Served(*reply));
        }
        let mut queue = lock(self.queue(number)?);
        let is_first = queue
            .waiting
            .front()
            .is_some_and(|first| Arc::ptr_eq(first, ticket));
        if queue.led || !is_first {
            return None;
        }
        queue.led = true;
        Some(Turn::Leads(Lead {
            queues: self,
            number,
            batch: Vec::new(),
        }))
    }
}

impl<T, W> Queues<T, W> {
    fn queue(&self, number: i64) -> Option<&Mutex<Queue<T, W>>> {
        self.queues.get(usize::try_from(number - 1).ok()?)
    }
}

impl<T: Clone, W: Copy> Lead<'_, T, W> {
    /// Takes all who stand in line into the batch.
    fn gather(&mut self) {
        if let Some(queue) = self.queues.queue(self.number) {
            let waiting = &mut lock(queue).waiting;
            let size = waiting.len().min(MOST);
            self.batch = waiting.drain(..size).collect();
        }
    }

    /// What each of the batch wants, the leader first.
    pub fn wanted(&self) -> Vec<T> {
        let tickets = self.batch.iter();
        tickets.map(|ticket| ticket.wants.clone()).collect()
    }

    /// Tells the first of the batch the first of the `replies`, and so on, and hands the lead on.
    pub fn tell(self, replies: impl IntoIterator<Item = W>) {
        for (ticket, reply) in self.batch.iter().zip(replies) {
            // Set once: nobody else holds the lead.
            let _ = ticket.reply.set(Some(reply));
        }
    }
}

impl<T, W: Copy> Drop for Lead<'_, T, W> {
    /// Hands the lead on first: the database has nothing to do until the next leader has woken.
    fn drop(&mut self) {
        if let Some(queue) = self.queues.queue(self.number) {
            let mut queue = lock(queue);
            queue.led = false;
            wake_first(queue);
        }
        for ticket in &self.batch {
            ticket.reply.get_or_init(|| None);
            ticket.waits.unpark();
        }
        if let Some(hook) = &self.queues.hook {
            hook.released(self.number);
        }
    }
}

impl<T, W> Drop for QueueGuard<'_, T, W> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        if let Some(queue) = self.queues.queue(self.number) {
            let mut queue = lock(queue);
            let waiting = &mut queue.waiting;
            waiting.retain(|ticket| !Arc::ptr_eq(ticket, self.ticket));
            wake_first(queue);
        }
    }
}

/// Wakes whoever is first in line, if it is its turn.
fn wake_first<T, W>(queue: MutexGuard<'_, Queue<T, W>>) {
    let first = queue.waiting.front().filter(|_| !queue.led).cloned();
    drop(queue);
    if let Some(first) = first {
        first.waits.unpark();
    }
}

/// What the lock holds is always right: whoever panicked has left nothing half done.
fn lock<T, W>(queue: &Mutex<Queue<T, W>>) -> MutexGuard<'_, Queue<T, W>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
