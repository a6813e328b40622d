//! Which schedules to run, of all that there are.

use std::time::Duration;

use anyhow::anyhow;
use clap::Args;

use super::failure::Failure;
use super::parse;
use crate::explore::{Bounds, Coverage};

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
    /// Run only N schedules, chosen at random; with --for, N is not needed
    #[arg(
        long,
        value_name = "N",
        num_args = 0..=1,
        value_parser = clap::value_parser!(u64).range(1..),
        help_heading = None::<&'static str>
    )]
    random: Option<Option<u64>>,
    /// Random seed of --random
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        requires = "random",
        hide_short_help = true
    )]
    seed: u64,
    /// Stop after that long, as in 60s: without a verdict, unless something has gone wrong
    #[arg(
        long = "for",
        value_name = "TIME",
        value_parser = parse::duration,
        help_heading = None::<&'static str>
    )]
    time: Option<Duration>,
    /// Stop at the first schedule that goes wrong
    #[arg(long, hide_short_help = true)]
    pub(super) stop_at_first: bool,
}

impl CoverageArguments {
    /// Refuses schedules at random without an end.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match (self.random, self.time) {
            (Some(None), None) => Err(Failure::usage(anyhow!(
                "--random has no end: say how many schedules, as in --random 100, or for how long, \
                 as in --random --for 60s"
            ))),
            _ => Ok(()),
        }
    }

    /// The schedules that were asked for.
    pub(super) fn coverage(&self) -> Coverage {
        match (self.preemptions, self.random) {
            (Some(most), _) => Coverage::Preemptions(most),
            (None, Some(schedules)) => Coverage::Random {
                schedules: schedules.unwrap_or(u64::MAX),
                seed: self.seed,
            },
            (None, None) => Coverage::Every,
        }
    }

    /// The same, and when it is enough.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            coverage: self.coverage(),
            time: self.time.unwrap_or(Duration::MAX),
            stop_at_first: self.stop_at_first,
        }
    }

    /// These options again.
    pub(super) fn again(&self) -> String {
        let mut options = match (self.preemptions, self.random) {
            (Some(most), _) => format!(" --preemptions {most}"),
            (None, Some(Some(schedules))) => format!(" --random {schedules} --seed {}", self.seed),
            (None, Some(None)) => format!(" --random --seed {}", self.seed),
            (None, None) => String::new(),
        };
        if let Some(time) = self.time {
            let time = humantime::format_duration(time).to_string();
            options.push_str(&format!(" --for {}", time.replace(' ', "")));
        }
        if self.stop_at_first {
            options.push_str(" --stop-at-first");
        }
        options
    }
}
