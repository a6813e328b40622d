//! Sessions that wait for ever: for a lock that one has left which has ended, or for each other
//! where the database cannot know.

use std::time::{Duration, Instant};

use super::Scheduler;
use crate::db::blocked::Explorable;
use crate::explore::participant::{Activity, Participant};

/// How long everybody must have been waiting before that is taken for ever, where no limit is
/// known that would let one of them give up.
const FOR_EVER: Duration = Duration::from_millis(300);

impl<C: Explorable> Scheduler<C> {
    /// Whether nobody will ever go on: all that have not ended wait, for those that have or for
    /// each other, and have been for longer than they would wait before they give up.
    pub(super) fn is_hung(&mut self) -> bool {
        let waits =
            |activity: &Activity| matches!(activity, Activity::Waits(_) | Activity::WantsLock(_));
        let all_wait = self
            .participants
            .iter()
            .all(|participant| participant.has_ended() || waits(&participant.activity));
        if !all_wait || !self.anybody(waits) {
            self.hung_since = None;
            return false;
        }
        let since = *self.hung_since.get_or_insert_with(Instant::now);
        let longest = self
            .participants
            .iter()
            .filter_map(|participant| self.gives_up_after(participant));
        // With less than the patience, so that it is a finding and not an error.
        let most = self.rules.patience.mul_f64(0.8);
        let hope = longest.max().unwrap_or_default() + FOR_EVER;
        since.elapsed() > hope.min(most)
    }

    /// After how long a session that waits gives up by itself; `None`: never.
    fn gives_up_after(&self, participant: &Participant) -> Option<Duration> {
        if !matches!(participant.activity, Activity::Waits(_)) {
            return None;
        }
        let statement = self.statement_of(participant)?;
        match self.observer.gives_up_after(&statement) {
            Some(Duration::MAX) => None,
            Some(limit) => Some(limit),
            None => participant.waits_at_most(),
        }
    }

    /// Whether there is a limit to how long some session waits for a lock.
    pub(in crate::explore) fn has_limits(&self) -> bool {
        self.limited
            || self
                .participants
                .iter()
                .any(|participant| participant.waits_at_most().is_some())
    }

    /// Who waits forever, in a sentence.
    pub(super) fn who_hangs(&self) -> String {
        let sentence = |(session, participant): (usize, &Participant)| {
            let (lock, holders) = match &participant.activity {
                Activity::Waits(holders) => {
                    ("a lock".to_owned(), holders.clone().unwrap_or_default())
                }
                Activity::WantsLock(name) => {
                    let holders = self.locks.get(name).cloned().unwrap_or_default();
                    (name.clone(), holders)
                }
                _ => return None,
            };
            let ended = |holder: &&usize| self.participants[**holder].has_ended();
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
            .participants
            .iter()
            .enumerate()
            .filter_map(sentence)
            .collect();
        sentences.join(", ")
    }
}
