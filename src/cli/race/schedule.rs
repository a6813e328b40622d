//! How the schedules are gone through, and how programs find the database.

use clap::Args;

use crate::cli::coverage::CoverageArguments;
use crate::explore::Token;

/// Which schedules to run
#[derive(Debug, Args)]
#[command(next_help_heading = "Advanced")]
pub(super) struct ScheduleArguments {
    /// Stop before every statement, also those that cannot matter to another session
    ///
    /// Otherwise BEGIN, SET, SHOW, SAVEPOINT and the like, reads of catalogs, and the end of a
    /// transaction that has done nothing pass at once: fewer schedules, the same answer.
    #[arg(long, hide_short_help = true)]
    pub(super) every_statement: bool,
    #[command(flatten)]
    pub(super) coverage: CoverageArguments,
    /// Run only this schedule, as in 1.1.2.1.2.2
    #[arg(
        long,
        value_name = "TOKEN",
        help_heading = None::<&'static str>,
        conflicts_with_all = ["preemptions", "random"]
    )]
    pub(super) replay: Option<Token>,
    /// Another variable for the programs, with the database's {host}, {port}, {user}, {password}
    /// and {database} in it, as in 'DB_URL=jdbc:postgresql://{host}:{port}/{database}'; repeatable
    #[arg(long, value_name = "NAME=VALUE", help_heading = None::<&'static str>)]
    pub(super) env: Vec<String>,
}
