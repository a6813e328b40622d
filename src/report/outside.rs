//! What happened outside the database, which server did what, and when.

use comfy_table::{CellAlignment, Table};

use super::figures::{count, thousands};
use super::plain::plain;
use crate::audit::{Effects, Invoice};
use crate::event::{Event, What};
use crate::hammer::Ending;
use crate::order::Basket;
use crate::result::RunResult;
use crate::scenario::Scenario;

/// Invoices that a line names one by one; of more it names the first.
const NAMED: usize = 12;

/// The lines about the bills, each with its heading.
pub(super) fn lines(effects: &Effects) -> Vec<(&'static str, String)> {
    let mut lines = vec![(
        "bills",
        format!(
            "{} to the outside API; of {}, {} billed once, {} twice or more, {} never",
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
pub(super) fn servers(result: &RunResult) -> Option<String> {
    if result.servers.is_empty() {
        return None;
    }
    let bills = result.effects.is_some();
    let mut header = vec!["server", done(result.scenario)];
    if bills {
        header.push("billed");
    }
    header.extend([
        turned_away(result.scenario),
        "in use, left",
        "not done",
        "killed",
        "met",
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
    Some(plain(table))
}

fn done(scenario: Scenario) -> &'static str {
    match scenario {
        Scenario::Invoices => "marked",
        Scenario::Inventory | Scenario::Credit => "done",
    }
}

fn turned_away(scenario: Scenario) -> &'static str {
    match scenario {
        Scenario::Invoices => "already sent",
        Scenario::Inventory | Scenario::Credit => "sold out",
    }
}

/// What happened, a line each, as the servers' consoles would have shown it.
pub(super) fn events(result: &RunResult) -> String {
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
        Some(format!("{seconds:9.4} s  {who}: {what}\n"))
    };
    result.events.iter().filter_map(line).collect()
}

fn what(event: &Event, scenario: Scenario) -> Option<String> {
    let item = scenario.words().item;
    let bills = scenario.bills();
    Some(match &event.what {
        // The bill that follows says the same, or the end does.
        What::Began { .. } if bills => return None,
        What::Began { basket } => format!("wants {}", wanted(basket, item)),
        What::Billing { item: invoice } => format!("sending {item} {invoice} …"),
        What::Billed {
            item: invoice,
            known: true,
        } => {
            format!("{item} {invoice} had been billed under this key; nothing was done")
        }
        What::Billed { item: invoice, .. } => format!("{item} {invoice} billed"),
        What::Met {
            item: which,
            conflict,
        } => format!("{item} {which}: {conflict}"),
        What::Settled(settled) => {
            let wanted = wanted(&settled.basket, item);
            match settled.ending {
                Ending::Done if bills => format!("{wanted} marked as sent"),
                Ending::SoldOut if bills => format!("{wanted} had been sent already"),
                Ending::Done if settled.basket.is_restock() => format!("brought {wanted}"),
                Ending::Done => format!("got {wanted}"),
                Ending::SoldOut => format!("did not get {wanted}: not enough left"),
                Ending::InUse => format!("{wanted} is in somebody else's hands, and left there"),
                Ending::GaveUp => format!("gave up on {wanted}"),
                Ending::Failed => format!("failed at {wanted}"),
                Ending::Unknown => format!("what became of {wanted} is unknown"),
            }
        }
        What::Killed => "killed".to_owned(),
        What::Restarted => "started again".to_owned(),
    })
}

/// "invoice 4", or "3 of item 1 and 2 of item 5".
fn wanted(basket: &Basket, item: &str) -> String {
    let order = |order: &crate::order::Order| match order.quantity.abs() {
        1 => format!("{item} {}", order.item),
        units => format!("{units} of {item} {}", order.item),
    };
    let orders: Vec<String> = basket.orders().iter().map(order).collect();
    orders.join(" and ")
}
