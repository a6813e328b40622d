use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::output::Output;
use super::parse::percent;
use crate::compare::{Baseline, BaselineError};
use crate::system::exit::Exit;

/// An earlier compare to save, and to hold this one against
#[derive(Debug, Args)]
#[command(next_help_heading = "Advanced")]
pub(super) struct BaselineArguments {
    /// Save the result as a baseline for later
    #[arg(long, value_name = "FILE", help_heading = None::<&'static str>)]
    save: Option<PathBuf>,
    /// Compare the result with this earlier one
    ///
    /// The exit code is 5 if a strategy is slower than the tolerance allows, 4 if the interval is
    /// too wide to tell, and 6 if load, strategies, machine, database release or its settings
    /// differ.
    #[arg(long, value_name = "FILE", help_heading = None::<&'static str>)]
    baseline: Option<PathBuf>,
    /// How much slower than the baseline a strategy may be, its interval included
    #[arg(
        long,
        value_name = "PERCENT",
        default_value = "10%",
        value_parser = percent,
        hide_short_help = true
    )]
    pub(super) tolerance: f64,
}

/// What went wrong with the baseline: it has an exit code of its own where it does not fit.
pub(super) fn unfit(error: BaselineError) -> Failure {
    let exit = match error {
        BaselineError::Unreadable(_) => Exit::Usage,
        BaselineError::Unfit(_) => Exit::Unfit,
    };
    Failure::new(exit, error)
}

impl BaselineArguments {
    /// The earlier compare, where one is named.
    pub(super) fn read(&self) -> Result<Option<Baseline>, Failure> {
        let path = self.baseline.as_deref();
        path.map(Baseline::read).transpose().map_err(unfit)
    }

    /// Where to save this one, tried before anything runs.
    pub(super) fn open(&self) -> Result<Option<Output>, Failure> {
        self.save.clone().map(Output::file).transpose()
    }
}
