//! How the schedules are gone through, and how programs find the database.

use clap::Args;

use crate::cli::coverage::CoverageArguments;
use crate::cli::failure::Failure;
use crate::cli::inside::InsideArgument;
use crate::explore::{Bounds, Coverage, Token};

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
    /// Which statements to stop also inside: after they have read, before each row that they write
    ///
    /// INSERT … SELECT … WHERE NOT EXISTS reads first, and does not see what another has written by
    /// the time it writes itself. Where no statement is stopped inside, each is taken for an instant.
    #[arg(
        long,
        value_name = "STATEMENTS",
        value_enum,
        default_value = "readers",
        hide_short_help = true
    )]
    pub(super) inside: InsideArgument,
    /// Prune nothing: run also schedules that differ only in the order of statements of which
    /// neither can matter to the other
    ///
    /// Of such schedules only one is run where there are more than two sessions.
    #[arg(long, hide_short_help = true)]
    no_pruning: bool,
    #[command(flatten)]
    coverage: CoverageArguments,
    /// Run all schedules, also after one that goes wrong
    ///
    /// The default, unless a text is written to a terminal and nowhere else, without --cure: --stop-at-first
    /// is then.
    #[arg(long, overrides_with = "stop_at_first", hide_short_help = true)]
    all: bool,
    /// Try what would cure it: rewrite statements, lock, add an index, raise the isolation level
    ///
    /// Each change is made on the way to the server, or in the disposable database, and all orders are
    /// run with it. It is a cure when every order is right, and the sessions do the same as without it
    /// one after the other. PostgreSQL alone.
    #[arg(long, help_heading = None::<&'static str>, conflicts_with = "replay")]
    pub(super) cure: bool,
    /// Run only this schedule, as in 1.1.2.1.2.2
    #[arg(
        long,
        value_name = "TOKEN",
        help_heading = None::<&'static str>,
        conflicts_with_all = ["preemptions", "random", "no_pruning", "time", "stop_at_first", "all"]
    )]
    pub(super) replay: Option<Token>,
    /// Another variable for the programs, with the database's {host}, {port}, {user}, {password}
    /// and {database} in it, as in 'DB_URL=jdbc:postgresql://{host}:{port}/{database}', and
    /// {outside}, the address that --outside gives it; repeatable
    #[arg(long, value_name = "NAME=VALUE", help_heading = None::<&'static str>)]
    pub(super) env: Vec<String>,
    /// Play the HTTP API that the programs call, at this port of 127.0.0.1; 0 is any that is free
    ///
    /// Each call is a step, as a statement is, is answered with 200, and is kept in the table
    /// lockbench_outside.calls, which is compared as all others are. Each program has an address of
    /// its own to call, in OUTSIDE_URL. A call with an Idempotency-Key that is known is not kept again.
    #[arg(long, value_name = "PORT", help_heading = None::<&'static str>)]
    pub(super) outside: Option<u16>,
}

impl ScheduleArguments {
    /// Refuses what has no end.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.coverage.check()
    }

    /// Which schedules to run, and when it is enough. `is_read`: whether somebody sits in front of it,
    /// and sees nothing until it has ended.
    pub(super) fn bounds(&self, is_read: bool) -> Bounds {
        let bounds = self.coverage.bounds();
        Bounds {
            stop_at_first: bounds.stop_at_first || is_read && !self.all && !self.cure,
            ..bounds
        }
    }

    /// Whether schedules may be left out that are equivalent to others.
    pub(super) fn prunes(&self) -> bool {
        !self.no_pruning && self.replay.is_none() && self.coverage.coverage() == Coverage::Every
    }

    /// Whether they are chosen by chance, or there is but one.
    pub(super) fn is_random(&self) -> bool {
        self.replay.is_some() || matches!(self.coverage.coverage(), Coverage::Random { .. })
    }
}
