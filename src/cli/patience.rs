//! How much time a comparison may take.

use std::time::Duration;

use clap::Args;
use clap::builder::ArgPredicate;

use super::parse::duration;

/// How much time to take
#[derive(Debug, Args)]
pub(super) struct PatienceArguments {
    /// Time limit
    ///
    /// It includes starting a server, and may be exceeded by one round. Rounds are shortened until
    /// six of them fit; whatever cannot be decided in that time is reported as unknown.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "60s",
        default_value_if("quick", ArgPredicate::IsPresent, "10s"),
        value_parser = duration,
        help_heading = None::<&'static str>
    )]
    pub(super) max_time: Duration,
    /// Take a quick first look: same as --max-time 10s
    #[arg(long, help_heading = None::<&'static str>)]
    pub(super) quick: bool,
}
