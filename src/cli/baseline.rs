//! An earlier compare to save, and to hold this one against.

use std::path::PathBuf;

use clap::Args;

use super::entrants::percent;
use super::failure::Failure;
use super::output::Output;
use crate::compare::Baseline;

/// An earlier compare to save, and to hold this one against
#[derive(Debug, Args)]
#[command(next_help_heading = "Baseline")]
pub(super) struct BaselineArguments {
    /// Save the result to this file, as a baseline for later
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Hold the result against this earlier one: refused where load, strategies, database or
    /// settings differ, exit code 5 where one is slower than the tolerance allows
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// How much slower than the baseline one may be, its interval included
    #[arg(long, value_name = "PERCENT", default_value = "10%", value_parser = percent)]
    pub(super) tolerance: f64,
}

impl BaselineArguments {
    /// The earlier compare, where one is named.
    pub(super) fn read(&self) -> Result<Option<Baseline>, Failure> {
        let path = self.baseline.as_deref();
        path.map(Baseline::read).transpose().map_err(Failure::usage)
    }

    /// Where to save this one, tried before anything runs.
    pub(super) fn open(&self) -> Result<Option<Output>, Failure> {
        self.save.clone().map(Output::file).transpose()
    }
}
