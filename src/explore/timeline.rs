//! A schedule as lanes. To be written.

use std::fmt;

use super::{Explored, History};

/// The lanes.
pub fn timeline(history: &History, _width: usize) -> String {
    format!("{history:#?}\n")
}

impl fmt::Display for Explored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} schedules are broken",
            self.broken, self.schedules
        )?;
        if let Some(witness) = &self.witness {
            write!(f, "\n{}", timeline(witness, 80))?;
        }
        Ok(())
    }
}
