//! What an exploration found, as a test's failure message.

use std::fmt;

use super::{Coverage, Explored, timeline};
use crate::model::verdict::Verdict;

/// The width where there is no terminal.
const WIDTH: usize = 80;

impl<S: fmt::Display> fmt::Display for Explored<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} schedules of {} sessions end in a broken state ({})",
            self.broken,
            self.schedules,
            self.sessions,
            self.covered()
        )?;
        if self.verdict() == Verdict::Inconclusive
            && let Some(reason) = self.reason()
        {
            write!(f, "\ninconclusive: {reason}")?;
        }
        if let Some(strays) = self.strays() {
            write!(f, "\n{strays}")?;
        }
        for state in &self.final_states {
            let wrong = state.broken.as_deref().unwrap_or("fine");
            write!(f, "\n  {:>6} × {}: {wrong}", state.count, state.state)?;
        }
        if let Some(witness) = &self.witness {
            let lanes = anstream::adapter::strip_str(&timeline(witness, WIDTH)).to_string();
            let which = match self.witness_repeats {
                true => format!("The shortest of them ({} replays it)", witness.replay),
                false => format!(
                    "The shortest of them, {}, which did not fail when it was run again{}",
                    witness.replay,
                    self.missing_reset()
                ),
            };
            write!(f, "\n\n{which}:\n\n{lanes}")?;
            if let Some(broken) = &witness.broken {
                write!(f, "\n{broken}")?;
            }
        }
        write!(f, "\n{}", self.limits())
    }
}

impl<S> Explored<S> {
    /// What was covered, in words: the basis of a "safe".
    pub fn covered(&self) -> String {
        let mut words = self.coverage.to_string();
        if self.pruning && self.coverage == Coverage::Every {
            words = format!(
                "{words}: {} run, {} equivalent branches pruned",
                self.schedules, self.pruned
            );
        }
        if self.extent.all.is_none() {
            words = format!("{words}: {}", self.extent);
        }
        if self.cut > 0 {
            words = format!("{words}; {} of them cut short by a bound", self.cut);
        }
        if self.interrupted {
            words.push_str("; interrupted");
        }
        words
    }

    /// Runs that were repeated, in words; `None` where there were none.
    pub fn strays(&self) -> Option<String> {
        if self.repetitions + self.stray_broken == 0 {
            return None;
        }
        let mut words = format!("{} had to be repeated", runs(self.repetitions));
        if self.divergences > 0 {
            words.push_str(&format!(
                ", {} of them because the same choices had led to something else",
                self.divergences
            ));
        }
        if self.stray_broken > 0 {
            words.push_str(&format!(
                "; {} outside the counted schedules ended in a broken state",
                runs(self.stray_broken)
            ));
        }
        Some(words)
    }
}

fn runs(count: u64) -> String {
    match count {
        1 => "1 run".to_owned(),
        _ => format!("{count} runs"),
    }
}
