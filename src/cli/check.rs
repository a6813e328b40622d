//! `lockbench check`.

use std::fs::OpenOptions;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::{Arg, Args};

use super::bar;
use super::database::{self, DatabasesArguments, Target};
use super::dry_run::{DryRun, TimeNeeded, named};
use super::failure::Failure;
use super::known_name::KnownName;
use super::load::{LoadArguments, advanced, without_details};
use super::outputs::OutputsArguments;
use crate::check::{
    Attempt, CheckRequest, CheckResult, FailedCheck, Instruments, SelfTestFailed, check_with,
};
use crate::db::{Backend, Engine};
use crate::hammer::Progress;
use crate::model::candidate::Candidate;
use crate::model::figures::count;
use crate::model::named::Named;
use crate::model::scenario::Scenario;
use crate::model::strategy::Promise;
use crate::report::check::{CheckFormat, render, summary};
use crate::report::fold::ENDLESS;
use crate::report::run::load_line;
use crate::run::Shop;
use crate::system::exit::Exit;
use crate::system::interrupt;

/// Check that every strategy does what it promises, for CI
///
/// Each round runs the naive control and then every strategy under exactly the same load. A
/// strategy that promises to be safe must be safe, and must answer every order; one that is
/// documented as unsafe must be caught. If the control breaks nothing, the result is inconclusive,
/// never green. A failure is never retried. The audit itself is tested first, on data with known
/// errors planted in it.
#[derive(Debug, Args)]
#[command(mut_args(in_check))]
#[command(mut_arg("threads", |it| it.help("Concurrent buyers [default: 16]")))]
#[command(mut_arg("items", |it| it.help("Number of items for sale [default: 1; invoices 20]")))]
#[command(mut_arg("stock", |it| advanced(it).help("Initial stock of each item [default: 50; credit 200, invoices 1]")))]
#[command(mut_arg("quantity", |it| it.help("Units per order: a number, or a range such as `1..20` [default: 1; credit 5..30]")))]
#[command(mut_arg("hold", |it| it.help("Think time before taking [default: 1ms]")))]
pub(super) struct CheckArguments {
    /// Strategies to check [default: all]
    #[arg(
        short,
        long,
        value_parser = KnownName::<Named>::parser(),
        value_delimiter = ',',
        value_name = "NAME,…",
        hide_possible_values = true
    )]
    strategies: Vec<Named>,
    /// Check the mistakes instead: each must be caught
    #[arg(long, conflicts_with = "strategies")]
    mistakes: bool,
    /// Scenario to check them in
    #[arg(long, value_enum, default_value_t)]
    scenario: Scenario,
    /// Rounds to run, each with the next seed
    #[arg(
        long,
        value_name = "N",
        default_value_t = 5,
        allow_negative_numbers = true
    )]
    rounds: u32,
    /// Skip the proof: every schedule of two buyers
    #[arg(long)]
    no_proof: bool,
    #[command(flatten)]
    databases: DatabasesArguments,
    #[command(flatten)]
    load: LoadArguments,
    #[command(flatten)]
    outputs: OutputsArguments<CheckFormat>,
}

/// The same arguments as for `run`, of which the short help has room for fewer.
fn in_check(argument: Arg) -> Arg {
    let argument = without_details(argument);
    match argument.get_id().as_str() {
        "orders" | "duration" => advanced(argument),
        _ => argument,
    }
}

pub(super) fn run(arguments: &CheckArguments) -> Result<Exit, Failure> {
    if arguments.rounds == 0 {
        return Err(Failure::usage(anyhow!("there must be at least one round")));
    }
    let load = arguments.load.load(arguments.scenario.load_of_a_check())?;
    arguments.scenario.check(&load).map_err(Failure::usage)?;
    let targets = arguments.databases.targets()?;
    targets.iter().try_for_each(Target::refuse_read_only)?;
    let strategies: Vec<Named> = match arguments.strategies.as_slice() {
        [] => Named::all(arguments.mistakes).collect(),
        chosen => chosen.to_vec(),
    };
    let requests = targets.into_iter().map(|target| {
        let request = CheckRequest {
            candidates: strategies.iter().copied().map(Candidate::from).collect(),
            scenario: arguments.scenario,
            load: load.clone(),
            rounds: arguments.rounds,
            proof: !arguments.no_proof,
            database_argument: target.shown().to_owned() + &arguments.databases.sessions_again(),
        };
        (target, request)
    });
    if arguments.load.dry_run {
        let mut requests = requests;
        requests.try_for_each(|(target, request)| dry_run(&target, request))?;
        return Ok(Exit::Held);
    }
    let outputs = arguments.outputs.open()?;
    let stop = interrupt::flag().map_err(Failure::internal)?;
    let attempts = attempt_all(requests, stop);
    // What was never tried has no result to write.
    if attempts.iter().all(|one| one.exit() == Exit::Usage) {
        return Ok(Exit::Usage);
    }
    let is_shown = outputs.is_shown();
    outputs.write(|format, width| {
        // A terminal has been told of what failed on the standard error.
        let checked = |attempt: &&Attempt| attempt.checked().is_some();
        let shown: Vec<Attempt> = match format {
            CheckFormat::Text if is_shown => attempts.iter().filter(checked).cloned().collect(),
            _ => attempts.clone(),
        };
        render(&shown, format, width).map(Into::into)
    })?;
    if !is_shown {
        let _ = write!(anstream::stderr(), "{}", summary(&attempts));
    }
    summarize(&attempts)?;
    Ok(worst(&attempts))
}

fn dry_run(target: &Target, request: CheckRequest) -> Result<(), Failure> {
    let rounds = count(request.rounds.into(), "round", "rounds");
    let mut lines = vec![
        ("load", load_line(&request.load, request.scenario, 0)),
        (
            "rounds",
            format!("{rounds} of naive and each strategy, and one with plenty for everybody"),
        ),
    ];
    if request.proof {
        let proofs = "every schedule of two buyers under each strategy: takes longer, or runs beside the rounds on a private database";
        lines.push(("proofs", proofs.to_owned()));
    }
    DryRun {
        target,
        candidates: named(request.candidates),
        load: &request.load,
        lines,
        time: TimeNeeded::Rounds(request.rounds),
    }
    .show()
}

/// Checks on one database after the other, until all are done or Ctrl-C. One that cannot be used
/// keeps nobody from the next.
fn attempt_all(
    requests: impl Iterator<Item = (Target, CheckRequest)>,
    stop: &'static AtomicBool,
) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for (target, request) in requests {
        attempts.push(match measure(&target, &request, stop) {
            Ok(result) => result.into(),
            Err(failure) => {
                failure.report();
                let words = failure.words();
                let name = request.database_argument.clone();
                Attempt::Failed(FailedCheck::new(name, words, failure.exit()))
            }
        });
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    attempts
}

/// Checks on one database. Where it is private, the proofs are made in others like it meanwhile:
/// buyers wait most of their time.
fn measure(
    target: &Target,
    request: &CheckRequest,
    stop: &'static AtomicBool,
) -> Result<CheckResult, Failure> {
    let mut database = database::open_for_deadlocks(target, request.load.pool)?;
    let slow = database.find_deadlocks_soon();
    if let Some(each) = slow? {
        warn_of_deadlocks(request, each);
    }
    let mut shop = Shop::open(&database)?;
    let progress = Progress::default();
    let open = || database::for_proofs(target);
    let instruments = Instruments {
        apart: target.address.is_private().then_some(&open as _),
        ..Instruments::default()
    };
    let result = bar::alongside(&progress, request.orders(), || {
        check_with(&mut shop, &instruments, request, stop, &progress)
    });
    result.map_err(|error| match error.is::<SelfTestFailed>() {
        true => Failure::internal(error),
        false => Failure::unreachable(error),
    })
}

/// Says how long a candidate will take that deadlocks at each sale, where each lasts that long.
fn warn_of_deadlocks(request: &CheckRequest, each: Duration) {
    let promise = |candidate: &&Candidate| candidate.promise(Engine::of(Backend::Postgres));
    let mut deadlocking = request.candidates.iter();
    let Some(first) = deadlocking.find(|it| promise(it) == Some(Promise::Deadlocks)) else {
        return;
    };
    let units = request.load.units();
    let sales = request
        .load
        .orders
        .map_or(units, |orders| orders.min(units));
    let sales = u32::try_from(sales).unwrap_or(u32::MAX);
    let time = each.saturating_mul(sales).saturating_mul(request.rounds);
    let time = Duration::from_secs(time.as_secs());
    let _ = writeln!(
        anstream::stderr(),
        "{} deadlocks at nearly every sale, and this server looks for deadlocks only after {} \
         (deadlock_timeout): that will take about {}. A superuser's sessions look sooner, and \
         those of a user with GRANT SET ON PARAMETER deadlock_timeout (PostgreSQL 15); a smaller \
         --stock or fewer --rounds take less",
        first.name,
        humantime::format_duration(each),
        humantime::format_duration(time)
    );
}

/// Appends the verdict to the summary of a GitHub job, where there is one.
fn summarize(attempts: &[Attempt]) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let text = render(attempts, CheckFormat::Markdown, ENDLESS).map_err(Failure::internal)?;
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot append to GITHUB_STEP_SUMMARY {}", path.display()))
        .map_err(Failure::usage)
}

/// The exit code that matters most.
fn worst(attempts: &[Attempt]) -> Exit {
    let exits = attempts.iter().map(Attempt::exit);
    exits
        .max_by_key(|exit| gravity(*exit))
        .unwrap_or(Exit::Held)
}

/// How grave an end of one check is beside those of others: an error of our own, a broken
/// promise, a database that could not be checked, an interruption, a doubt.
fn gravity(exit: Exit) -> u8 {
    match exit {
        Exit::Internal => 6,
        Exit::Broken => 5,
        Exit::Usage => 4,
        Exit::Unreachable => 3,
        Exit::Interrupted => 2,
        Exit::Inconclusive | Exit::Slower | Exit::Unfit => 1,
        Exit::Held => 0,
    }
}
