//! What happened outside the database, which server did what, and when.

use comfy_table::{CellAlignment, Table};

use crate::hammer::Outcome;
use crate::hammer::event::{Event, What};
use crate::model::figures::{count, thousands};
use crate::model::order::Basket;
use crate::model::scenario::{Demand, Scenario};
use crate::report::fold::hanging;
use crate::run::audit::{Effects, Invoice};
use crate::run::result::RunResult;

/// Invoices that a line names one by one; of more it names the first.
const NAMED: usize = 12;

/// The lines about the bills, each with its heading.
pub(super) fn lines(effects: &Effects) -> Vec<(&'static str, String)> {
    let mut lines = vec![(
        "bills",
        format!(
            "{} to the external API; of {}, {} billed once, {} twice or more, {} never",
            count(effects.calls, "call", "calls"),
            count(effects.invoices.len() as u64, "invoice", "invoices"),
            thousands(effects.billed_once),
            thousands(effects.billed_twice_or_more),
            thousands(effects.never_billed),
        ),
    )];
    let mut name = |heading, which: fn(&Invoice) -> bool| {
        let found: Vec<String> = effects
            .invoices
            .iter()
            .filter(|invoice| which(invoice))
            .map(by_whom)
            .collect();
        if !found.is_empty() {
            let more = found.len().saturating_sub(NAMED);
            let named = found[..found.len() - more].join(", ");
            let more = if more > 0 {
                format!(" and {} more", thousands(more as u64))
            } else {
                String::new()
            };
            lines.push((heading, named + &more));
        }
    };
    name("twice", |invoice| invoice.billed > 1);
    name("unbilled", |invoice| invoice.billed == 0 && invoice.marked);
    name("unmarked", |invoice| invoice.billed > 0 && !invoice.marked);
    lines.push((
        "crashes",
        format!("{}: {}", effects.delivery, effects.delivery.reason()),
    ));
    lines
}

/// "4 (servers 1, 2)".
fn by_whom(invoice: &Invoice) -> String {
    let servers: Vec<String> = invoice.by.iter().map(ToString::to_string).collect();
    match servers.as_slice() {
        [] => invoice.invoice.to_string(),
        servers => format!("{} (by {})", invoice.invoice, servers.join(", ")),
    }
}

/// Which server did what; empty where there was only one process.
pub(super) fn servers(result: &RunResult) -> Option<Table> {
    if result.servers.is_empty() {
        return None;
    }
    let bills = result.effects.is_some();
    let words = result.scenario.words();
    let mut header = vec!["server", words.done];
    if bills {
        header.push("billed");
    }
    header.extend([
        words.sold_out,
        "in use, skipped",
        "not done",
        "killed",
        "conflicts",
    ]);
    let mut table = Table::new();
    table.set_header(header);
    for server in &result.servers {
        let mut row = vec![server.server.to_string(), thousands(server.done)];
        if bills {
            row.push(thousands(server.billed));
        }
        row.extend(
            [
                server.sold_out,
                server.in_use,
                server.not_done,
                server.killed,
            ]
            .map(thousands),
        );
        let met = server.conflicts.iter();
        let met: Vec<String> = met
            .map(|(cause, number)| format!("{} {}", thousands(*number), cause.replace('_', " ")))
            .collect();
        row.push(met.join(", "));
        table.add_row(row);
    }
    let numbers = table.column_count() - 1;
    for column in table.column_iter_mut().take(numbers).skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    Some(table)
}

/// What happened, a line each, as the servers' consoles would have shown it.
pub(super) fn events(result: &RunResult, width: usize) -> String {
    let start = result.events.first().map_or(0, |event| event.at_us);
    let several = result.load.threads > 1;
    let line = |event: &Event| {
        let what = what(event, result.scenario)?;
        let who = match (event.server, event.buyer) {
            (0, buyer) => format!("buyer {buyer}"),
            (server, 0) => format!("server {server}"),
            (server, buyer) if several => format!("server {server}, worker {buyer}"),
            (server, _) => format!("server {server}"),
        };
        let seconds = event.at_us.saturating_sub(start) as f64 / 1e6;
        let time = format!("{seconds:9.4} s  ");
        Some(hanging(&time, &format!("{who}: {what}"), width))
    };
    result.events.iter().filter_map(line).collect()
}

fn what(event: &Event, scenario: Scenario) -> Option<String> {
    let words = scenario.words();
    let item = words.item;
    let listed = scenario.demand() == Demand::List;
    Some(match &event.what {
        // The bill that follows says the same, or the end does.
        What::Began { .. } if listed => return None,
        What::Began { basket } => format!("wants {}", wanted(basket, item)),
        What::Billing { item: invoice } => format!("sending {item} {invoice} …"),
        What::Billed {
            item: invoice,
            known: true,
        } => {
            format!("{item} {invoice} had already been billed under this key; nothing was done")
        }
        What::Billed { item: invoice, .. } => format!("{item} {invoice} billed"),
        What::Met {
            item: which,
            conflict,
        } => format!("{item} {which}: {conflict}"),
        What::Settled(settled) => {
            let wanted = wanted(&settled.basket, item);
            match settled.outcome {
                Outcome::Done if settled.basket.is_restock() => format!("restocked {wanted}"),
                Outcome::Done => words.got.replace("{wanted}", &wanted),
                Outcome::SoldOut => words.not_got.replace("{wanted}", &wanted),
                Outcome::InUse => format!("{wanted} is in use by another buyer; skipped"),
                Outcome::GaveUp => format!("gave up on {wanted}"),
                Outcome::Failed => format!("failed on {wanted}"),
                Outcome::Unknown => format!("the outcome of {wanted} is unknown"),
            }
        }
        What::Killed => "killed".to_owned(),
        What::Restarted => "restarted".to_owned(),
    })
}

/// "invoice 4", or "3 of item 1 and 2 of item 5".
fn wanted(basket: &Basket, item: &str) -> String {
    let order = |order: &crate::model::order::Order| match order.quantity.abs() {
        1 => format!("{item} {}", order.item),
        units => format!("{units} of {item} {}", order.item),
    };
    let orders: Vec<String> = basket.orders().iter().map(order).collect();
    orders.join(" and ")
}
