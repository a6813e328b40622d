//! `lockbench compare`.

use std::time::Duration;

use anyhow::anyhow;
use clap::{Args, ValueEnum};

use super::bar;
use super::baseline::BaselineArguments;
use super::database::{self, DatabaseArguments};
use super::entrants::EntrantArguments;
use super::failure::Failure;
use super::load::{LoadArguments, in_rounds};
use super::output::Output;
use super::outputs::OutputsArguments;
use crate::compare::{Baseline, CompareRequest, CompareResult, RoundProgress, compare};
use crate::db::Address;
use crate::db::address::redact;
use crate::exit::Exit;
use crate::interrupt;
use crate::report::compare::{CompareFormat, render};
use crate::run::Shop;
use crate::strategy::Strategy;

/// How long orders keep coming in a round, where nobody says otherwise.
pub(super) const ROUND: Duration = Duration::from_millis(500);

/// Find out which strategy is fastest among those that are right, with error bars
///
/// Every round runs each strategy once under the same load, in an order shuffled anew, until the
/// intervals are narrow enough. Every round is audited, and a short sell-out before it: whoever
/// is wrong is listed apart and not ranked. Where no difference is shown, none is claimed.
#[derive(Debug, Args)]
#[command(mut_args(in_rounds))]
pub(super) struct CompareArguments {
    #[command(flatten)]
    entrants: EntrantArguments,
    #[command(flatten)]
    baseline: BaselineArguments,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    load: LoadArguments,
    #[command(flatten)]
    outputs: OutputsArguments,
}

pub(super) fn run(arguments: &CompareArguments) -> Result<Exit, Failure> {
    let load = arguments.load.in_rounds_of(ROUND)?;
    let address = arguments.database.address()?;
    let request =
        arguments
            .entrants
            .request(load, &arguments.database, Strategy::value_variants())?;
    let baseline = arguments.baseline.read()?;
    let saved = arguments.baseline.open()?;
    let outputs = match arguments.outputs.open() {
        Ok(outputs) => outputs,
        Err(failure) => {
            abandon(saved);
            return Err(failure);
        }
    };
    match measure(&address, &request, baseline.as_ref()) {
        Ok(mut result) => {
            result.baseline =
                baseline.map(|then| then.judge(&result, arguments.baseline.tolerance));
            match saved {
                // Half a compare is nothing to hold a whole one against.
                Some(saved) if result.interrupted => saved.abandon(),
                Some(saved) => {
                    let report = render(&result, CompareFormat::Json);
                    saved.write_rendered(&report.map_err(Failure::unreachable)?)?;
                }
                None => {}
            }
            outputs.write(|format| render(&result, format))?;
            Ok(result.exit())
        }
        Err(failure) => {
            outputs.abandon();
            abandon(saved);
            Err(failure)
        }
    }
}

fn abandon(saved: Option<Output>) {
    if let Some(saved) = saved {
        saved.abandon();
    }
}

fn measure(
    address: &Address,
    request: &CompareRequest,
    baseline: Option<&Baseline>,
) -> Result<CompareResult, Failure> {
    let stop = interrupt::flag().map_err(Failure::unreachable)?;
    let database = database::open_for(address, &request.load, request.load.pool)?;
    let mut shop = Shop::open(&database).map_err(Failure::unreachable)?;
    if let Some(baseline) = baseline {
        let description = shop.description().map_err(Failure::unreachable)?;
        if let Some(why) = baseline.refusal(request, &description) {
            return Err(refuse(why));
        }
    }
    let progress = RoundProgress::default();
    bar::of_rounds(&progress, || compare(&mut shop, request, stop, &progress))
        .map_err(Failure::unreachable)
}

/// The command line as it was given, for the report: without a password, and with the database
/// where the environment has named it. Where the report goes is left out: it changes nothing of
/// what is measured.
pub(super) fn command(database: &DatabaseArguments) -> String {
    const REPORT: [&str; 3] = ["--format", "--output", "--also"];
    let mut words = vec!["lockbench".to_owned()];
    let mut arguments = std::env::args().skip(1);
    let mut names_database = false;
    while let Some(argument) = arguments.next() {
        let name = argument.split('=').next().unwrap_or_default();
        names_database |= name == "--database";
        if !REPORT.contains(&name) {
            words.push(redact(&argument));
        } else if name == argument {
            arguments.next();
        }
    }
    if !names_database {
        words.extend(["--database".to_owned(), database.shown()]);
    }
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    quoted.join(" ")
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_=+,.:/@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Why a comparison cannot be had of these numbers.
pub(super) fn refuse(words: String) -> Failure {
    Failure::usage(anyhow!(words))
}
