//! `lockbench explain`.

use anyhow::Result;
use clap::Args;

use super::database::{self, DatabaseArguments, Target};
use super::failure::Failure;
use super::known_name::KnownName;
use super::output::{OutputArguments, TextOrJson};
use crate::db::Description;
use crate::model::candidate::Candidate;
use crate::model::load::Load;
use crate::model::named::Named;
use crate::model::scenario::Scenario;
use crate::purchase::explain::{Explanation, Sent, overhear};
use crate::report::fold::{folded, hanging};
use crate::run::Shop;
use crate::system::exit::Exit;

/// Show the SQL that one purchase actually sends
///
/// Buys one unit, and captures the statements from the connection.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// Strategy or mistake to explain
    #[arg(value_parser = KnownName::<Named>::parser(), hide_possible_values = true)]
    strategy: Named,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    output: OutputArguments<TextOrJson>,
}

pub(super) fn explain(arguments: &ExplainArguments) -> Result<Exit, Failure> {
    let target = arguments.database.target()?;
    let candidate = Candidate::from(arguments.strategy);
    let load = Load::default();
    candidate
        .check(target.backend(), Scenario::Inventory, &load)
        .map_err(Failure::usage)?;
    let output = arguments.output.open()?;
    let (description, sent) = buy_one(&target, &candidate)?;
    let explanation = Explanation::new(arguments.strategy, description, sent);
    arguments
        .output
        .write(output, &explanation, |explanation, width| {
            in_words(explanation, arguments.strategy, width)
        })?;
    Ok(Exit::Held)
}

fn in_words(explanation: &Explanation, row: Named, width: usize) -> String {
    let promise = match explanation.promise {
        Some(promise) => promise.to_string(),
        None => "nothing".to_owned(),
    };
    let [(_, first), second, third] = row.lesson();
    let headline = format!(
        "{} on {} {} promises: {promise}",
        explanation.strategy.name, explanation.database.backend, explanation.database.version
    );
    let mut text = format!("{}\n{}\n", folded(&headline, width), folded(first, width));
    for stand_in in &explanation.stand_ins {
        text.push_str(&format!("{}\n", folded(stand_in, width)));
    }
    let heading = "What one purchase sent, captured from the connection:";
    text.push_str(&format!("{}\n", folded(heading, width)));
    for statement in &explanation.statements {
        text.push_str(&hanging("  ", &statement.to_string(), width));
    }
    text.push('\n');
    for (heading, said) in [second, third] {
        text.push_str(&folded(&format!("{heading}: {said}"), width));
    }
    text
}

fn buy_one(target: &Target, candidate: &Candidate) -> Result<(Description, Vec<Sent>), Failure> {
    let database = database::open(target, 1)?;
    let mut shop = Shop::open(&database)?;
    let mut work = || {
        shop.ready_for(&candidate.plan)?;
        shop.restart_in(candidate.plan.layout, &Load::default())?;
        let description = Description::of(&database, shop.connection())?;
        let sent = overhear(shop.connection(), candidate.plan)?;
        Ok((description, sent))
    };
    work().map_err(|error: anyhow::Error| Failure::unreachable(error))
}
