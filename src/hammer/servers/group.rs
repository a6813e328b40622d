//! All servers of a run, seen from the process that starts them.

mod lifecycle;
mod member;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::Servers;
use super::message::{Assignment, FromServer, ToServer};
use super::process::{Process, ServerMessage};
use super::work::Work;
use crate::db::Database;
use crate::hammer::event::{Event, What};
use crate::hammer::{
    Job, Measurement, OrderOutcomes, OrderResult, Outcome, Progress, Record, Share,
};
use crate::model::order::{Basket, Orders};
use crate::model::scenario::Demand;
use crate::system::clock::now_us;
use lifecycle::KILL_CHECK_INTERVAL;
use member::Member;

/// How often to look whether the run is to end.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// All servers of a run.
pub(super) struct ServerGroup<'a> {
    servers: &'a Servers,
    assignment: Assignment,
    members: Vec<Member>,
    messages: Receiver<ServerMessage>,
    sender: Sender<ServerMessage>,
    record: Record,
    events: Vec<Event>,
    work: Work,
    started: Instant,
    started_us: u64,
    ended_us: u64,
    gone: Option<String>,
    killed: bool,
    /// Whether all have been told to end early.
    stopping: bool,
}

impl<'a> ServerGroup<'a> {
    /// Starts the servers, and waits until all are ready to begin.
    pub(super) fn start(
        servers: &'a Servers,
        database: &Database,
        job: Job<'_>,
        watched: bool,
    ) -> Result<Self> {
        let (sender, messages) = mpsc::channel();
        // Orders for what is on a list do not come from the seed.
        let told = match job.scenario.demand() {
            Demand::List => OrderOutcomes::default(),
            Demand::Orders => OrderOutcomes::of(Orders::new(job.load)),
        };
        let assignment = Assignment {
            server: 0,
            database: database.address(),
            kept: database.kept().clone(),
            plan: job.plan,
            scenario: job.scenario,
            load: job.load.clone(),
            share: Share::ALL,
            outside: job.outside.cloned(),
            watched,
        };
        let mut group = Self {
            servers,
            assignment,
            members: Vec::new(),
            messages,
            sender,
            record: Record::new(told),
            events: Vec::new(),
            work: Work::of(job),
            started: Instant::now(),
            started_us: now_us(),
            ended_us: 0,
            gone: None,
            killed: false,
            stopping: false,
        };
        for server in 1..=servers.count {
            let process = group.process(server, 0)?;
            group.members.push(Member::new(server, process));
        }
        group.wait_until_ready()?;
        Ok(group)
    }

    /// A server's part of the orders, of which it has had so many.
    fn share(&self, server: u32, done: i64) -> Share {
        Share {
            process: server.into(),
            of: self.servers.count.into(),
            done,
        }
    }

    fn process(&self, server: u32, done: i64) -> Result<Process> {
        let assignment = Assignment {
            server,
            share: self.share(server, done),
            ..self.assignment.clone()
        };
        Process::start(&self.servers.program, &assignment, self.sender.clone())
    }

    /// Lets them begin, and listens until the last has ended.
    pub(super) fn work(
        &mut self,
        is_in_the_middle: &dyn Fn(u32) -> bool,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<()> {
        self.started = Instant::now();
        self.started_us = now_us();
        for member in &mut self.members {
            member.process.tell(ToServer::Go);
        }
        self.announce_restocked();
        while self.members.iter().any(|member| !member.ended) {
            let interval = if self.is_kill_due() {
                KILL_CHECK_INTERVAL
            } else {
                POLL_INTERVAL
            };
            match self.messages.recv_timeout(interval) {
                Ok((server, Some(message))) => self.handle_message(server, message, progress),
                Ok((server, None)) => self.server_exited(server, progress)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if stop.load(Ordering::Relaxed) {
                self.tell_to_stop();
            }
            if !self.stopping {
                self.kill_when_due(is_in_the_middle);
            }
        }
        Ok(())
    }

    fn member(&mut self, server: u32) -> &mut Member {
        let index = (server as usize).saturating_sub(1);
        &mut self.members[index]
    }

    fn handle_message(&mut self, server: u32, message: FromServer, progress: &Progress) {
        match message {
            FromServer::Event(event) => self.handle_event(event, progress),
            // One that was killed and has been started again.
            FromServer::Ready => {
                self.member(server).process.tell(ToServer::Go);
                if self.stopping {
                    self.member(server).process.tell(ToServer::Stop);
                }
                if self.work.restocks_left <= 0 {
                    self.member(server).process.tell(ToServer::Restocked);
                }
            }
            FromServer::Ended { gone } => {
                self.member(server).ended = true;
                if let Some(words) = gone {
                    self.report(format!("server {server}: {words}"));
                }
            }
            FromServer::Failed { words } => {
                self.member(server).ended = true;
                self.report(format!("server {server} could not begin: {words}"));
            }
        }
    }

    fn handle_event(&mut self, event: Event, progress: &Progress) {
        let (server, at_us) = (event.server, event.at_us);
        if self.assignment.watched {
            self.events.push(event.clone());
        }
        match event.what {
            What::Began { basket } => {
                let share = i64::from(self.servers.count);
                let lines = i64::from(self.assignment.load.basket);
                let member = self.member(server);
                let number = (basket.key() - 1) / lines;
                member.begin(number / share);
                member.in_hand.push(basket);
            }
            What::Settled(settled) => {
                self.ended_us = self.ended_us.max(at_us);
                self.settle(server, settled, progress);
            }
            _ => {}
        }
    }

    fn settle(&mut self, server: u32, settled: OrderResult, progress: &Progress) {
        progress.ended(server, settled.outcome == Outcome::Done, settled.attempts);
        let restocks_left = self.work.restocks_left;
        self.work.count(&settled);
        if restocks_left > 0 {
            self.announce_restocked();
        }
        let member = self.member(server);
        // Two workers of a server may have the same in hand: only one of them has ended.
        let ended = |basket: &Basket| *basket == settled.basket;
        if let Some(place) = member.in_hand.iter().position(ended) {
            member.in_hand.swap_remove(place);
        }
        member.tally.count(&settled);
        self.record.add(settled);
    }

    /// Tells all that no delivery is to come any more.
    fn announce_restocked(&mut self) {
        if self.work.restocks_left <= 0 {
            for member in &mut self.members {
                member.process.tell(ToServer::Restocked);
            }
        }
    }

    fn note(&mut self, server: u32, what: What) {
        if !self.assignment.watched {
            return;
        }
        self.events.push(Event {
            at_us: now_us(),
            server,
            buyer: 0,
            what,
        });
    }

    /// Tells all to end early.
    fn tell_to_stop(&mut self) {
        if !std::mem::replace(&mut self.stopping, true) {
            for member in &mut self.members {
                member.process.tell(ToServer::Stop);
            }
        }
    }

    /// Keeps the first reason why a server ended early. What it leaves of a task the others do;
    /// its share of the orders nobody does, and whoever waited for its deliveries would wait for
    /// ever.
    fn report(&mut self, words: String) {
        self.gone.get_or_insert(words);
        if self.assignment.scenario.demand() == Demand::Orders {
            self.tell_to_stop();
        }
    }

    /// What came of it.
    pub(super) fn finish(mut self, stop: &AtomicBool) -> Measurement {
        self.events.sort_by_key(|event| event.at_us);
        let elapsed = self.ended_us.saturating_sub(self.started_us);
        Measurement {
            record: Record::merge(vec![self.record]),
            elapsed: Duration::from_micros(elapsed),
            cpu: Duration::ZERO,
            interrupted: stop.load(Ordering::Relaxed),
            gone: self.gone,
            servers: self
                .members
                .into_iter()
                .map(|member| member.tally)
                .collect(),
            events: self.events,
            killed: self.killed,
        }
    }
}
