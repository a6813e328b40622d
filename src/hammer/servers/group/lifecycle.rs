//! What becomes of a server: ready, killed at its worst moment and started again, or ended.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::ServerGroup;
use crate::hammer::event::What;
use crate::hammer::servers::message::FromServer;
use crate::hammer::{OrderResult, Outcome, Progress};
use crate::model::order::Orders;
use crate::model::scenario::Demand;

/// How long a server may take until it has its connections, also on a machine that is busy with
/// other things. One that fails says so.
const READY: Duration = Duration::from_secs(300);

/// How often to look whether the moment has come to kill a server.
pub(super) const KILL_CHECK_INTERVAL: Duration = Duration::from_micros(500);

/// How much more of the work may be done while waiting for that moment.
const MOST_WORK_WHILE_WAITING: f64 = 0.25;

impl ServerGroup<'_> {
    /// Waits until every server has its connections.
    pub(super) fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + READY;
        for _ in 0..self.members.len() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(left) {
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

    pub(super) fn is_kill_due(&self) -> bool {
        let done = || self.work.share_done(self.started.elapsed());
        let kill = self.servers.kill.filter(|_| !self.killed);
        kill.is_some_and(|kill| done() >= kill.at)
    }

    pub(super) fn kill_when_due(&mut self, is_in_the_middle: &dyn Fn(u32) -> bool) {
        let Some(kill) = self.servers.kill.filter(|_| self.is_kill_due()) else {
            return;
        };
        let late =
            self.work.share_done(self.started.elapsed()) >= kill.at + MOST_WORK_WHILE_WAITING;
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
    pub(super) fn server_exited(&mut self, server: u32, progress: &Progress) -> Result<()> {
        let stopping = self.stopping;
        let member = self.member(server);
        let how = member.process.end();
        let drawn = member.take_drawn();
        // Nobody was told how these ended.
        for basket in std::mem::take(&mut member.in_hand) {
            let lost = OrderResult::without_a_word(basket, Outcome::Unknown);
            self.settle(server, lost, progress);
        }
        if self.assignment.scenario.demand() == Demand::Orders {
            let orders = Orders::new(&self.assignment.load);
            for index in drawn {
                let number = self.share(server, 0).number(index);
                let never_begun = OrderResult::without_a_word(orders.get(number), Outcome::GaveUp);
                self.settle(server, never_begun, progress);
            }
        }
        let member = self.member(server);
        let died = std::mem::take(&mut member.dying);
        member.tally.killed += u64::from(died);
        if died && stopping {
            member.ended = true;
        } else if died {
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
            self.report(format!("server {server} ended unexpectedly ({how})"));
        }
        Ok(())
    }
}
