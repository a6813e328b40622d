//! What a session has done since its last COMMIT, and what of that is left.

use super::event::{Event, Moment};
use crate::explore::Step;
use crate::race::dialect::Dialect;

/// The errors after which it is rolled back or not: a lock was waited for too long, which a setting decides,
/// and the next number was not to be had, be it for a deadlock.
const MAY_ROLL_BACK: [&str; 2] = ["1205", "1467"];

/// What a session has done since its last COMMIT.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    pub(super) events: Vec<Event>,
    pub(super) has_failed: bool,
    /// When its first statement was sent.
    pub(super) began: Option<Moment>,
}

impl Transaction {
    pub(super) fn writes(&self) -> bool {
        self.events.iter().any(|event| event.touch.writes())
    }

    /// Takes note of what came of a statement. Gives whether it is unclear what that leaves.
    pub(super) fn fails(&mut self, step: &Step, dialect: Dialect) -> bool {
        if !step.failed {
            return false;
        }
        match dialect {
            // The whole transaction is lost.
            Dialect::Postgres => {
                self.has_failed = true;
                false
            }
            // Only the statement is, of several the last one.
            Dialect::Mysql => {
                step.code
                    .as_deref()
                    .is_some_and(|code| MAY_ROLL_BACK.contains(&code))
                    && self.writes()
                    || dialect.statements(&step.sql).len() > 1
            }
        }
    }

    /// Its events once it has ended at a moment by a statement that ends nothing else.
    pub(super) fn ended(self, is_kept: bool, at: Moment) -> Vec<Event> {
        self.ended_by(is_kept, at, true)
    }

    /// Its events once it has ended at a moment. Only of its last statement it is certain that it was
    /// in the transaction, where there was one: where it begins does not show.
    pub(super) fn ended_by(mut self, is_kept: bool, at: Moment, there_was_one: bool) -> Vec<Event> {
        let began = self.began.unwrap_or(at);
        let last = self.events.last().map_or(0, |event| event.step);
        if !is_kept {
            self.events.retain(|event| !event.touch.writes());
        }
        for event in &mut self.events {
            let from = match event.step == last && there_was_one {
                true => at,
                false => event.done,
            };
            event.visible = (from, at);
            if event.touch.read().is_some_and(|read| !read.locks) {
                event.looked.0 = began;
            }
        }
        self.events
    }
}
