//! The command line. The doc comments of these types are the help texts.

mod advise;
mod anomalies;
mod bar;
mod baseline;
mod candidates;
mod check;
mod command_line;
mod compare;
mod completions;
mod coverage;
mod database;
mod dry_run;
mod explain;
mod explore;
mod failure;
mod inside;
mod known_name;
mod load;
mod man;
mod named_load;
mod numbers;
mod output;
mod output_file;
mod outputs;
mod parse;
mod patience;
mod race;
mod run;
mod server;
mod story;
mod strategies;
mod sweep;
mod tables;

use std::io::Write as _;

use clap::{Parser, Subcommand};

use crate::db::address::redact_word;
use crate::db::trace;
use crate::system::exit::Exit;

/// Shows which locking strategies oversell on your database, and what the others cost
///
/// lockbench runs one purchase routine under every locking strategy, from many threads,
/// against a real database. Afterwards it compares what each buyer was told with what the
/// database says.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// Do not show progress
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        display_order = 900
    )]
    quiet: bool,
    /// Show statements, errors and retries as they happen
    ///
    /// One line each on standard error, for every connection of this process.
    #[arg(short, long, global = true, display_order = 901)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

/// The end of `--help`.
const EXIT_CODES: &str = "Exit codes: 0 every promise held, 1 a promise was broken, 2 usage error, \
3 database unreachable or setup failed, 4 inconclusive, 5 slower than the baseline allows, \
6 the baseline does not fit, 70 internal error of lockbench, 130 interrupted";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArguments),
    Check(check::CheckArguments),
    Compare(Box<compare::CompareArguments>),
    Sweep(Box<sweep::SweepArguments>),
    Advise(advise::AdviseArguments),
    Explore(explore::ExploreArguments),
    Race(Box<race::RaceArguments>),
    Anomalies(anomalies::AnomaliesArguments),
    Strategies(strategies::StrategiesArguments),
    Explain(explain::ExplainArguments),
    Db(tables::TablesArguments),
    Completions(completions::CompletionsArguments),
    Man(man::ManArguments),
    /// What drops the copy of a database, started by lockbench itself
    #[command(hide = true)]
    Keeper,
    /// One of several server processes, started by lockbench itself
    #[command(hide = true)]
    Server,
}

/// Parses the command line, does what it says, and reports what went wrong.
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => {
            // Help and version are "errors" that go to the standard output and are none.
            say(&refusal);
            return if refusal.use_stderr() {
                Exit::Usage
            } else {
                Exit::Held
            };
        }
    };
    if cli.quiet || cli.verbose {
        bar::hide();
    }
    if cli.verbose {
        trace::on();
    }
    let done = match &cli.command {
        Command::Run(arguments) => run::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Compare(arguments) => compare::run(arguments),
        Command::Sweep(arguments) => sweep::run(arguments),
        Command::Advise(arguments) => advise::run(arguments),
        Command::Explore(arguments) => explore::run(arguments),
        Command::Race(arguments) => race::run(arguments, cli.quiet),
        Command::Anomalies(arguments) => anomalies::run(arguments),
        Command::Strategies(arguments) => strategies::show(arguments),
        Command::Explain(arguments) => explain::explain(arguments),
        Command::Db(arguments) => tables::tables(arguments),
        Command::Completions(arguments) => completions::print(arguments),
        Command::Man(arguments) => man::write(arguments),
        Command::Keeper => race::keep(),
        Command::Server => server::serve(),
    };
    done.unwrap_or_else(|failure| failure.report())
}

/// Prints what clap says of a command line, which quotes the words that it does not understand: an
/// address among them loses its password.
fn say(refusal: &clap::Error) {
    let mut text = refusal.render().ansi().to_string();
    for word in std::env::args_os().skip(1) {
        let word = word.to_string_lossy();
        let shown = redact_word(&word);
        if shown == word {
            continue;
        }
        text = text.replace(&*word, &shown);
        if let (Some((_, value)), Some((_, shown))) = (word.split_once('='), shown.split_once('='))
            && !value.is_empty()
        {
            text = text.replace(value, shown);
        }
    }
    let _ = match refusal.use_stderr() {
        true => write!(anstream::stderr(), "{text}"),
        false => write!(anstream::stdout(), "{text}"),
    };
}

/// The command line as clap knows it, for completions and documentation.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
