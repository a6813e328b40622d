//! All servers of a run, seen from the process that starts them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::message::{Assignment, FromServer, ToServer};
use super::process::{Process, Said};
use super::work::Work;
use super::{Observed, ServerTally, Servers};
use crate::db::Database;
use crate::event::{Event, What, now_us};
use crate::hammer::{Ending, Job, Measurement, Progress, Record, Settled, Share};
use crate::order::Basket;

/// How long a server may take until it has its connections.
const READY: Duration = Duration::from_secs(30);

/// How often to look whether the run is to end.
const LOOK: Duration = Duration::from_millis(50);

/// How often to look whether the moment has come to kill a server.
const AMBUSH: Duration = Duration::from_micros(500);

/// How much more of the work may be done while waiting for that moment.
const LYING_IN_WAIT: f64 = 0.25;

/// All servers of a run.
pub(super) struct Crew<'a> {
    servers: &'a Servers,
    assignment: Assignment,
    members: Vec<Member>,
    said: Receiver<Said>,
    ear: Sender<Said>,
    record: Record,
    events: Vec<Event>,
    work: Work,
    started: Instant,
    started_us: u64,
    ended_us: u64,
    gone: Option<String>,
    killed: bool,
}

/// One of them.
struct Member {
    process: Process,
    tally: ServerTally,
    /// What it has begun and not ended.
    in_hand: Vec<Basket>,
    /// How many of its orders it has begun.
    begun: i64,
    /// Whether it was killed, and is to be started again once it has said its last.
    dying: bool,
    ended: bool,
}

impl<'a> Crew<'a> {
    /// Starts the servers, and waits until all are ready to begin.
    pub(super) fn start(
        servers: &'a Servers,
        database: &Database,
        job: Job<'_>,
        watched: bool,
    ) -> Result<Self> {
        let (ear, said) = mpsc::channel();
        let assignment = Assignment {
            server: 0,
            database: database.address(),
            plan: job.plan,
            scenario: job.scenario,
            load: job.load.clone(),
            share: Share::ALL,
            outside: job.outside.cloned(),
            watched,
        };
        let mut crew = Self {
            servers,
            assignment,
            members: Vec::new(),
            said,
            ear,
            record: Record::new(),
            events: Vec::new(),
            work: Work::of(job),
            started: Instant::now(),
            started_us: now_us(),
            ended_us: 0,
            gone: None,
            killed: false,
        };
        for server in 1..=servers.count {
            let process = crew.process(server, 0)?;
            crew.members.push(Member {
                process,
                tally: ServerTally::new(server),
                in_hand: Vec::new(),
                begun: 0,
                dying: false,
                ended: false,
            });
        }
        crew.wait_until_ready()?;
        Ok(crew)
    }

    fn process(&self, server: u32, done: i64) -> Result<Process> {
        let assignment = Assignment {
            server,
            share: Share {
                crew: server.into(),
                of: self.servers.count.into(),
                done,
            },
            ..self.assignment.clone()
        };
        Process::start(&self.servers.program, &assignment, self.ear.clone())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + READY;
        for _ in 0..self.members.len() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok((_, Some(FromServer::Ready))) => {}
                Ok((server, Some(FromServer::Failed { words }))) => {
                    bail!("server {server} could not begin: {words}")
                }
                Ok((server, _)) => {
                    let how = self.member(server).process.end();
                    bail!("server {server} ended before it began ({how})")
                }
                Err(_) => bail!("the servers were not ready within {} s", READY.as_secs()),
            }
        }
        Ok(())
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
        let mut told_to_stop = false;
        while self.members.iter().any(|member| !member.ended) {
            let look = if self.is_kill_due() { AMBUSH } else { LOOK };
            match self.said.recv_timeout(look) {
                Ok((server, Some(message))) => self.hear(server, message, progress),
                Ok((server, None)) => self.silence(server, progress)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if stop.load(Ordering::Relaxed) && !told_to_stop {
                told_to_stop = true;
                for member in &mut self.members {
                    member.process.tell(ToServer::Stop);
                }
            }
            if !told_to_stop {
                self.kill_when_due(is_in_the_middle);
            }
        }
        Ok(())
    }

    fn member(&mut self, server: u32) -> &mut Member {
        let index = (server as usize).saturating_sub(1);
        &mut self.members[index]
    }

    fn hear(&mut self, server: u32, message: FromServer, progress: &Progress) {
        match message {
            FromServer::Event(event) => self.see(event, progress),
            // One that was killed and has been started again.
            FromServer::Ready => {
                self.member(server).process.tell(ToServer::Go);
                if self.work.restocks_left <= 0 {
                    self.member(server).process.tell(ToServer::Restocked);
                }
            }
            FromServer::Ended { gone } => {
                self.member(server).ended = true;
                if let Some(words) = gone {
                    self.lament(format!("server {server}: {words}"));
                }
            }
            FromServer::Failed { words } => {
                self.member(server).ended = true;
                self.lament(format!("server {server} could not begin: {words}"));
            }
        }
    }

    fn see(&mut self, event: Event, progress: &Progress) {
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
                member.begun = member.begun.max(number / share + 1);
                member.in_hand.push(basket);
            }
            What::Settled(settled) => {
                self.ended_us = self.ended_us.max(at_us);
                self.settle(server, settled, progress);
            }
            _ => {}
        }
    }

    fn settle(&mut self, server: u32, settled: Settled, progress: &Progress) {
        progress.ended(settled.ending == Ending::Done, settled.attempts);
        let restocks_left = self.work.restocks_left;
        self.work.count(&settled);
        if restocks_left > 0 {
            self.announce_restocked();
        }
        let member = self.member(server);
        member.in_hand.retain(|basket| *basket != settled.basket);
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

    fn is_kill_due(&self) -> bool {
        let done = || self.work.share_done(self.started.elapsed());
        let kill = self.servers.kill.filter(|_| !self.killed);
        kill.is_some_and(|kill| done() >= kill.at)
    }

    fn kill_when_due(&mut self, is_in_the_middle: &dyn Fn(u32) -> bool) {
        let Some(kill) = self.servers.kill.filter(|_| self.is_kill_due()) else {
            return;
        };
        let late = self.work.share_done(self.started.elapsed()) >= kill.at + LYING_IN_WAIT;
        let member = self.member(kill.server);
        let busy = !member.in_hand.is_empty() && is_in_the_middle(kill.server);
        if !member.ended && (busy || late) {
            member.process.kill();
            member.dying = true;
            self.killed = true;
            self.note(kill.server, What::Killed);
        }
    }

    /// A server has said its last: as it should, because it was killed, or of its own accord.
    fn silence(&mut self, server: u32, progress: &Progress) -> Result<()> {
        let member = self.member(server);
        let how = member.process.end();
        for basket in std::mem::take(&mut member.in_hand) {
            // Nobody was told how these ended.
            let settled = Settled {
                basket,
                ending: Ending::Unknown,
                attempts: 1,
                conflicts: Vec::new(),
                error: None,
                latency_us: 0,
                pool_wait_us: 0,
            };
            self.settle(server, settled, progress);
        }
        let member = self.member(server);
        if std::mem::take(&mut member.dying) {
            member.tally.killed += 1;
            let done = member.begun;
            let process = self
                .process(server, done)
                .context("the server that was killed could not be started again")?;
            let member = self.member(server);
            member.process = process;
            member.ended = false;
            self.note(server, What::Restarted);
        } else if !member.ended {
            member.ended = true;
            self.lament(format!("server {server} ended unexpectedly ({how})"));
        }
        Ok(())
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

    /// Keeps the first reason why the run ended early.
    fn lament(&mut self, words: String) {
        self.gone.get_or_insert(words);
    }

    /// What came of it.
    pub(super) fn conclude(mut self, stop: &AtomicBool) -> Observed {
        self.events.sort_by_key(|event| event.at_us);
        let elapsed = self.ended_us.saturating_sub(self.started_us);
        Observed {
            measurement: Measurement {
                record: Record::merge(vec![self.record]),
                elapsed: Duration::from_micros(elapsed),
                interrupted: stop.load(Ordering::Relaxed),
                gone: self.gone,
            },
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
