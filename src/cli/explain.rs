//! `lockbench explain`.

use anyhow::Result;
use clap::Args;

use super::database::{self, DatabaseArguments};
use super::failure::Failure;
use super::output::to_terminal;
use super::run::refuse_nonsense;
use crate::contender::Contender;
use crate::db::{Address, Description};
use crate::exit::Exit;
use crate::explain::{Sent, overhear};
use crate::load::Load;
use crate::named::Named;
use crate::run::Shop;
use crate::scenario::Scenario;

/// Show the statements that one purchase really sends
///
/// One unit is bought on the database, and what goes over the connection is overheard.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// Strategy or mistake to explain
    #[arg(value_enum, hide_possible_values = true)]
    strategy: Named,
    #[command(flatten)]
    database: DatabaseArguments,
}

pub(super) fn explain(arguments: &ExplainArguments) -> Result<Exit, Failure> {
    let address = arguments.database.address()?;
    let contender = Contender::from(arguments.strategy);
    let load = Load::default();
    refuse_nonsense(&contender, address.backend(), Scenario::Inventory, &load)?;
    let (description, sent) = buy_one(&address, &contender)?;
    let promise = match contender.promise(description.engine()) {
        Some(promise) => promise.to_string(),
        None => "nothing".to_owned(),
    };
    let [(_, first), second, third] = arguments.strategy.lesson();
    let mut text = format!(
        "{} on {} {} promises: {promise}\n\n{first}\n\nWhat one purchase sent:\n\n",
        contender.name, description.backend, description.version
    );
    for statement in &sent {
        text.push_str(&line(statement));
    }
    text.push('\n');
    for (heading, said) in [second, third] {
        text.push_str(&format!("{heading}: {said}\n"));
    }
    to_terminal(&text)?;
    Ok(Exit::Held)
}

fn buy_one(address: &Address, contender: &Contender) -> Result<(Description, Vec<Sent>), Failure> {
    let database = database::open(address, 1)?;
    let mut shop = Shop::open(&database).map_err(Failure::unreachable)?;
    let mut work = || {
        shop.restart_in(contender.plan.layout, &Load::default())?;
        let description = Description::of(&database, shop.connection())?;
        let sent = overhear(shop.connection(), contender.plan)?;
        Ok((description, sent))
    };
    work().map_err(|error: anyhow::Error| Failure::unreachable(error))
}

fn line(statement: &Sent) -> String {
    match statement.binds.as_str() {
        "" => format!("  {}\n", statement.text),
        binds => format!("  {}   {binds}\n", statement.text),
    }
}
