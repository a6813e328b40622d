//! Which schedules to run, of all that there are.

use clap::Args;

use crate::explore::Coverage;

/// Which schedules to run
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Advanced")]
pub(super) struct CoverageArguments {
    /// Run only schedules that interrupt a session that could go on at most N times
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "random",
        hide_short_help = true
    )]
    preemptions: Option<u32>,
    /// Run only N schedules, chosen at random
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..),
        help_heading = None::<&'static str>
    )]
    random: Option<u64>,
    /// Random seed of --random
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        requires = "random",
        hide_short_help = true
    )]
    seed: u64,
}

impl CoverageArguments {
    /// The schedules that were asked for.
    pub(super) fn coverage(&self) -> Coverage {
        match (self.preemptions, self.random) {
            (Some(most), _) => Coverage::Preemptions(most),
            (None, Some(schedules)) => Coverage::Random {
                schedules,
                seed: self.seed,
            },
            (None, None) => Coverage::Every,
        }
    }
}
