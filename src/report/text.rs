//! Text for people: the verdict first.

use anstyle::{AnsiColor, Style};

use super::figures::{count, latencies, thousands};
use super::outside;
use super::plain::plain;
use super::sentence::{what_happened, what_it_means};
use crate::ceiling::Ceiling;
use crate::load::BasketOrder;
use crate::result::RunResult;
use crate::scenario::Scenario;
use crate::verdict::Verdict;

/// Where a line's second column begins.
const INDENT: usize = 12;

pub(super) fn render(result: &RunResult) -> String {
    let mut out = String::new();
    let style = style(result.verdict);
    let sentence = what_happened(result);
    out.push_str(&format!("{style}{sentence}{style:#}\n"));
    if let Some(meaning) = what_it_means(result) {
        out.push_str(&format!("{meaning}\n"));
    }
    if result.interrupted {
        out.push_str("Interrupted: this is what had happened so far.\n");
    }
    out.push('\n');
    for (name, value) in lines(result) {
        out.push_str(&format!("{name:INDENT$}{value}\n"));
    }
    if let Some(table) = outside::servers(result) {
        out.push('\n');
        out.push_str(&table);
    }
    if !result.events.is_empty() {
        out.push('\n');
        out.push_str(&outside::events(result));
    }
    let table = latencies(result);
    if table.row_count() > 0 {
        out.push('\n');
        out.push_str(&plain(table));
    }
    out
}

fn style(verdict: Verdict) -> Style {
    let color = match verdict {
        Verdict::Safe => AnsiColor::Green,
        Verdict::Unsafe => AnsiColor::Red,
        Verdict::Inconclusive => AnsiColor::Yellow,
    };
    color.on_default().bold()
}

fn lines(result: &RunResult) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        (
            "strategy",
            format!("{} ({})", result.strategy.name, result.strategy.plan),
        ),
        ("database", database(result)),
        ("load", load(result)),
        ("orders", orders(result)),
        ("attempts", attempts(result)),
        ("speed", speed(result)),
    ];
    if let Some(ceiling) = &result.ceiling {
        lines.push(("ceiling", limit(ceiling)));
    }
    if let Some(effects) = &result.effects {
        lines.extend(outside::lines(effects));
    }
    for (text, number) in &result.errors {
        lines.push(("error", format!("{} × {text}", thousands(*number))));
    }
    lines
}

fn database(result: &RunResult) -> String {
    let database = &result.database;
    let settings: Vec<String> = database
        .settings
        .iter()
        .filter(|(name, _)| {
            [
                "journal_mode",
                "synchronous",
                "fsync",
                "synchronous_commit",
                "innodb_flush_log_at_trx_commit",
                "innodb_snapshot_isolation",
            ]
            .contains(&name.as_str())
        })
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    format!(
        "{} {}, {}",
        database.backend,
        database.version,
        settings.join(", ")
    )
}

fn load(result: &RunResult) -> String {
    let load = &result.load;
    let mut parts = vec![count(load.threads.into(), "thread", "threads")];
    if !result.servers.is_empty() {
        let servers = count(result.servers.len() as u64, "server", "servers");
        parts[0] = format!("{servers} of {}", parts[0]);
    }
    if load.pool != load.threads {
        parts.push(format!("pool of {}", load.pool));
    }
    if load.pin {
        parts.push("each kept to a processor".to_owned());
    }
    if result.scenario.bills() {
        parts.push(count(load.items.unsigned_abs(), "invoice", "invoices"));
        return parts.join(", ");
    }
    parts.push(format!(
        "{} × {} units",
        count(load.items.unsigned_abs(), "item", "items"),
        thousands(load.stock.unsigned_abs())
    ));
    let of = match load.basket {
        1 => format!("of {}", load.quantity),
        items => format!("of {items} items × {}", load.quantity),
    };
    match (load.orders, load.duration) {
        (_, Some(duration)) => parts.push(format!(
            "orders {of} for {}",
            humantime::format_duration(duration)
        )),
        (Some(orders), None) => {
            parts.push(format!("{} orders {of}", thousands(orders.unsigned_abs())));
        }
        (None, None) => {}
    }
    if load.until_empty {
        parts.push("then until nothing is left".to_owned());
    }
    if load.basket > 1 && load.basket_order == BasketOrder::Sorted {
        parts.push("baskets sorted".to_owned());
    }
    if !load.hold.is_zero() {
        parts.push(format!("hold {}", humantime::format_duration(load.hold)));
    }
    if load.restock > 0.0 {
        parts.push(format!("restock {:.3}", load.restock));
    }
    if load.skew > 0.0 {
        parts.push(format!("skew {}", load.skew));
    }
    if let Some(rate) = load.rate {
        parts.push(format!("{rate} per second"));
    }
    parts.push(format!("seed {}", load.seed));
    parts.join(", ")
}

fn orders(result: &RunResult) -> String {
    let outcomes = &result.outcomes;
    let (done, turned_away) = match result.scenario {
        Scenario::Inventory => ("sold", "turned away as sold out"),
        Scenario::Credit => ("books bought", "turned away for want of credit"),
        Scenario::Invoices => ("marked as sent", "found sent already"),
    };
    let mut parts = vec![format!("{} {done}", thousands(outcomes.sold))];
    for (number, words) in [
        (outcomes.restocked, "restocked"),
        (outcomes.sold_out, turned_away),
        (outcomes.in_use, "left to whoever had the item in hand"),
        (outcomes.gave_up - outcomes.unknown_not_found, "gave up"),
        (outcomes.failed, "failed"),
        (outcomes.unknown, "unknown"),
        (outcomes.unknown_found, "of unknown end found in the ledger"),
        (outcomes.unknown_not_found, "of unknown end not found there"),
    ] {
        if number > 0 {
            parts.push(format!("{} {words}", thousands(number)));
        }
    }
    parts.join(", ")
}

fn attempts(result: &RunResult) -> String {
    let causes: Vec<String> = result
        .conflicts
        .iter()
        .map(|(cause, number)| format!("{} {}", thousands(*number), cause.replace('_', " ")))
        .collect();
    let conflicts = if causes.is_empty() {
        "no conflict".to_owned()
    } else {
        format!("conflicts: {}", causes.join(", "))
    };
    format!("{}, {conflicts}", thousands(result.attempts))
}

/// "91 % of what this server allows for 3 round trips under the lock".
fn limit(ceiling: &Ceiling) -> String {
    let round_trips = match ceiling.round_trips_under_lock {
        0 => "no round trip".to_owned(),
        number => count(number.into(), "round trip", "round trips"),
    };
    let doubt = match ceiling.is_disturbed() {
        true => "; what was timed before the run did not hold during it",
        false => "",
    };
    format!(
        "{:.0} % of the {} per second that this server allows for {round_trips} under the lock \
         (a round trip {:.0} µs, a commit {:.0} µs, handing over {:.0} µs{doubt})",
        ceiling.reached * 100.0,
        thousands(ceiling.ceiling_per_s.round() as u64),
        ceiling.rtt_us,
        ceiling.flush_us,
        ceiling.hand_over_us
    )
}

fn speed(result: &RunResult) -> String {
    // A speed that was bought with an oversell is no speed.
    if result.verdict == Verdict::Unsafe {
        return format!(
            "not ranked: the result is wrong ({:.2} s)",
            result.elapsed_s
        );
    }
    format!(
        "{} {} per second ({:.2} s)",
        thousands(result.goodput_per_s.round() as u64),
        result.scenario.words().goods,
        result.elapsed_s
    )
}
