//! The command line. The doc comments of these types are the help texts.

mod advise;
mod anomalies;
mod bar;
mod baseline;
mod check;
mod compare;
mod completions;
mod database;
mod entrants;
mod explain;
mod explore;
mod failure;
mod load;
mod output;
mod outputs;
mod run;
mod server;
mod story;
mod strategies;
mod sweep;
mod tables;

use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// Shows which locking strategies oversell on your database, and what the others cost
///
/// lockbench runs one purchase routine under every locking strategy, from many threads,
/// against a real database, and holds what the buyers were told against what the database
/// says afterwards.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The end of `--help`.
const EXIT_CODES: &str = "Exit codes: 0 held, 1 a promise was broken, 2 wrong usage, \
3 database unreachable or set-up failed, 4 inconclusive, 5 slower than the baseline allows, 130 interrupted";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArguments),
    Check(check::CheckArguments),
    Compare(Box<compare::CompareArguments>),
    Sweep(Box<sweep::SweepArguments>),
    Advise(advise::AdviseArguments),
    Explore(explore::ExploreArguments),
    Anomalies(anomalies::AnomaliesArguments),
    Strategies(strategies::StrategiesArguments),
    Explain(explain::ExplainArguments),
    Db(tables::TablesArguments),
    Completions(completions::CompletionsArguments),
    /// What lockbench starts itself as, for each of several servers
    #[command(hide = true)]
    Server,
}

/// Parses the command line, does what it says, and reports what went wrong.
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => {
            // Help and version are "errors" that go to the standard output and are none.
            let _ = refusal.print();
            return if refusal.use_stderr() {
                Exit::Usage
            } else {
                Exit::Held
            };
        }
    };
    let done = match &cli.command {
        Command::Run(arguments) => run::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Compare(arguments) => compare::run(arguments),
        Command::Sweep(arguments) => sweep::run(arguments),
        Command::Advise(arguments) => advise::run(arguments),
        Command::Explore(arguments) => explore::run(arguments),
        Command::Anomalies(arguments) => anomalies::run(arguments),
        Command::Strategies(arguments) => strategies::show(arguments),
        Command::Explain(arguments) => explain::explain(arguments),
        Command::Db(arguments) => tables::tables(arguments),
        Command::Completions(arguments) => completions::print(arguments),
        Command::Server => server::serve(),
    };
    done.unwrap_or_else(|failure| failure.report())
}

/// The command line as clap knows it, for completions and documentation.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
