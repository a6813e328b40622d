//! A server that has said its last word.

use anyhow::{Context, Result};

use super::ServerGroup;
use crate::hammer::event::What;
use crate::hammer::{OrderResult, Outcome, Progress};
use crate::model::order::Orders;
use crate::model::scenario::Demand;

impl ServerGroup<'_> {
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
