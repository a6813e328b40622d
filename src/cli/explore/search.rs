use clap::Args;

use super::ExploreArguments;
use crate::cli::coverage::CoverageArguments;
use crate::cli::inside::InsideArgument;
use crate::explore::{Explorable, Exploration, Pruning, State, Token};

/// Which schedules to run
#[derive(Debug, Args)]
#[command(next_help_heading = "Advanced")]
#[command(mut_arg("preemptions", |it| it
    .help("Run only schedules that interrupt a buyer who could go on at most N times")))]
pub(super) struct SearchArguments {
    /// Prune nothing: run equivalent schedules too, and let buyers retry at any time
    #[arg(long, hide_short_help = true)]
    pub(super) no_pruning: bool,
    /// Which statements to stop also inside: after they have read, before each row that they write
    ///
    /// On PostgreSQL, by a trigger on lockbench's own tables for as long as it takes. Where no
    /// statement is stopped inside, each is taken for an instant.
    #[arg(
        long,
        value_name = "STATEMENTS",
        value_enum,
        default_value = "off",
        hide_short_help = true
    )]
    pub(super) inside: InsideArgument,
    #[command(flatten)]
    pub(super) coverage: CoverageArguments,
    /// Run only this schedule, as in 1.1.2.1.2.2
    ///
    /// It says step by step which buyer goes on. If that one is blocked or has ended, the first
    /// buyer that can goes on.
    #[arg(long, value_name = "TOKEN", help_heading = None::<&'static str>, conflicts_with_all = ["preemptions", "random", "no_pruning", "time", "stop_at_first"])]
    pub(super) replay: Option<Token>,
}

impl ExploreArguments {
    /// Limits the exploration to the schedules that were asked for.
    pub(super) fn choose<C: Explorable, S: State>(
        &self,
        exploration: Exploration<C, S>,
    ) -> Exploration<C, S> {
        let exploration = exploration.pruning(match self.sessions {
            _ if self.search.no_pruning => Pruning::None,
            0..=2 => Pruning::Retries,
            _ => Pruning::Equivalent,
        });
        exploration.within(self.search.coverage.bounds())
    }
}
