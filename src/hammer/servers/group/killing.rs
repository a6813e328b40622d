//! Killing a server at its worst moment.

use std::time::Duration;

use super::ServerGroup;
use crate::hammer::event::What;

/// How often to look whether the moment has come to kill a server.
pub(super) const KILL_CHECK_INTERVAL: Duration = Duration::from_micros(500);

/// How much more of the work may be done while waiting for that moment.
const MOST_WORK_WHILE_WAITING: f64 = 0.25;

impl ServerGroup<'_> {
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
}
