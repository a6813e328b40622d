//! Sessions that wait for ever: for a lock that one has left which has ended, or for each other
//! where the database cannot know.

use std::time::{Duration, Instant};

use super::Stage;
use crate::db::blocked::Explorable;
use crate::explore::participant::{Actor, Doing};

/// How long everybody must have been waiting before that is taken for ever, where no limit is
/// known that would let one of them give up.
const FOR_EVER: Duration = Duration::from_millis(300);

impl<C: Explorable> Stage<C> {
    /// Whether nobody will ever go on: all that have not ended wait, for those that have or for
    /// each other, and have been for longer than they would wait before they give up.
    pub(super) fn is_hopeless(&mut self) -> bool {
        let waits = |doing: &Doing| matches!(doing, Doing::Waits(_) | Doing::WantsLock(_));
        let all_wait = self
            .actors
            .iter()
            .all(|actor| actor.has_ended() || waits(&actor.doing));
        if !all_wait || !self.anybody(waits) {
            self.hopeless_since = None;
            return false;
        }
        let since = *self.hopeless_since.get_or_insert_with(Instant::now);
        let longest = self
            .actors
            .iter()
            .filter_map(|actor| self.gives_up_after(actor));
        // With less than the patience, so that it is a finding and not an error.
        let most = self.rules.patience.mul_f64(0.8);
        let hope = longest.max().unwrap_or_default() + FOR_EVER;
        since.elapsed() > hope.min(most)
    }

    /// After how long a session that waits gives up by itself; `None`: never.
    fn gives_up_after(&self, actor: &Actor) -> Option<Duration> {
        if !matches!(actor.doing, Doing::Waits(_)) {
            return None;
        }
        let statement = self.statement_of(actor)?;
        match self.observer.gives_up_after(&statement) {
            Some(Duration::MAX) => None,
            Some(limit) => Some(limit),
            None => actor.waits_at_most(),
        }
    }

    /// Whether there is a limit to how long some session waits for a lock.
    pub(in crate::explore) fn has_limits(&self) -> bool {
        self.limited
            || self
                .actors
                .iter()
                .any(|actor| actor.waits_at_most().is_some())
    }

    /// Who waits forever, in a sentence.
    pub(super) fn who_waits_for_ever(&self) -> String {
        let sentence = |(session, actor): (usize, &Actor)| {
            let (lock, holders) = match &actor.doing {
                Doing::Waits(holders) => ("a lock".to_owned(), holders.clone().unwrap_or_default()),
                Doing::WantsLock(name) => {
                    let holders = self.locks.get(name).cloned().unwrap_or_default();
                    (name.clone(), holders)
                }
                _ => return None,
            };
            let ended = |holder: &&usize| self.actors[**holder].has_ended();
            let left: Vec<&usize> = holders.iter().filter(ended).collect();
            let (holders, verb) = match left.is_empty() {
                true => (holders.iter().collect(), "held"),
                false => (left, "left behind"),
            };
            let names: Vec<String> = holders.iter().map(|one| (*one + 1).to_string()).collect();
            let whose = match names.is_empty() {
                true => String::new(),
                false => format!(" {verb} by session {}", names.join(" and ")),
            };
            Some(format!(
                "session {} waits forever for {lock}{whose}",
                session + 1
            ))
        };
        let sentences: Vec<String> = self
            .actors
            .iter()
            .enumerate()
            .filter_map(sentence)
            .collect();
        sentences.join(", ")
    }
}
