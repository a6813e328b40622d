//! What was found, for a test's failure message.

use std::fmt;

use super::{Coverage, Explored, timeline};

/// The width of what is no terminal.
const WIDTH: usize = 80;

impl fmt::Display for Explored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} schedules of {} sessions end in a broken state ({})",
            self.broken,
            self.schedules,
            self.sessions,
            self.covered()
        )?;
        for state in &self.final_states {
            let wrong = state.broken.as_deref().unwrap_or("fine");
            write!(f, "\n  {:>6} × {}: {wrong}", state.count, state.state)?;
        }
        if let Some(witness) = &self.witness {
            let lanes = anstream::adapter::strip_str(&timeline(witness, WIDTH)).to_string();
            write!(
                f,
                "\n\nThe shortest of them, which {} replays:\n\n{lanes}",
                witness.replay
            )?;
            if let Some(broken) = &witness.broken {
                write!(f, "\n{broken}")?;
            }
        }
        Ok(())
    }
}

impl Explored {
    /// What was covered, in words: what a "safe" rests on.
    pub fn covered(&self) -> String {
        let mut words = self.coverage.to_string();
        if self.pruning && self.coverage == Coverage::Every {
            words = format!(
                "{words}: {} run, {} equivalent branches pruned",
                self.schedules, self.pruned
            );
        }
        if self.cut > 0 {
            words = format!("{words}; {} of them cut off by a bound", self.cut);
        }
        if self.interrupted {
            words.push_str("; interrupted");
        }
        words
    }
}
