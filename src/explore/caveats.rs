//! Why finding nothing wrong may prove nothing, and what it does not cover.

use super::{Coverage, Explored, Inside};

/// The reason where no session ever had another's statement between two of its own.
pub(super) const NEVER_OVERLAPPED: &str =
    "these statements never overlapped; each was treated as atomic";

impl<S> Explored<S> {
    /// Why it is not proved safe although no state is broken; `None` where it is.
    pub fn reason(&self) -> Option<String> {
        let all = self.schedules;
        if self.interrupted {
            return Some("it was interrupted".to_owned());
        }
        if let Some(divergence) = &self.divergence {
            return Some(format!(
                "the sessions are not deterministic: {}{}",
                divergence.difference,
                self.missing_reset()
            ));
        }
        if self.cut > 0 {
            return Some(format!(
                "in {} of {all} schedules a bound cut a session short",
                self.cut
            ));
        }
        if self.paused > 0 {
            return Some(format!(
                "in {} of {all} schedules a session paused in its own code for seconds, and what \
                 others can do after that was not explored",
                self.paused
            ));
        }
        if self.coverage != Coverage::Every || all == 0 {
            return Some(format!("this covers only {}", self.coverage));
        }
        if !self.judged {
            return Some("no invariant was given, so none could be broken".to_owned());
        }
        if self.left_open > 0 {
            return Some(format!(
                "in {} of {} runs a session left its transaction open, and it was rolled back",
                self.left_open, self.runs
            ));
        }
        if !self.overlapped {
            return Some(NEVER_OVERLAPPED.to_owned());
        }
        let first = self.instants.first()?;
        Some(format!(
            "{first} does several things outside a transaction and was treated as atomic: what \
             others can do in between was not explored"
        ))
    }

    /// What would explain why runs differ.
    pub(super) fn missing_reset(&self) -> &'static str {
        match self.has_reset {
            true => "",
            false => "; no `reset` restores the state before each schedule",
        }
    }

    /// Where others were let in.
    pub fn granularity(&self) -> &'static str {
        match self.inside {
            Inside::Off if self.took_instants => "statements taken as instants",
            Inside::Off => "whole statements",
            Inside::Readers => "what comes between a statement's reading and its writing",
            Inside::All => "what comes between the rows that a statement writes",
        }
    }

    /// What a verdict covers, and what it does not.
    pub fn limits(&self) -> String {
        let mut limits = format!(
            "This covers these {} sessions, {},\nand {}; it proves nothing about others.",
            self.sessions,
            self.server,
            self.granularity()
        );
        if self.timeouts_unreached {
            limits.push_str(&format!(" {UNREACHED}"));
        }
        limits
    }
}

/// What is said about time limits that no session reached.
pub(crate) const UNREACHED: &str = "No session waited for a lock until its time limit: \
     what the code does then (55P03, 57014, 1205) was not explored.";
