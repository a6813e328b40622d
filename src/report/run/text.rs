//! Text for people: the verdict first.

use super::outside;
use super::sentence::{headline, what_it_means};
use crate::model::figures::{count, thousands};
use crate::model::load::{BasketOrder, Load};
use crate::model::scenario::{Demand, Scenario};
use crate::model::verdict::Verdict;
use crate::report::figures::latencies;
use crate::report::fold::{folded, listed, styled};
use crate::report::plain::{fitted, verdict_style};
use crate::run::ceiling::Ceiling;
use crate::run::result::RunResult;

/// Where a line's second column begins.
const INDENT: usize = 12;

pub(super) fn render(result: &RunResult, width: usize) -> String {
    let mut out = styled(&headline(result), verdict_style(result.verdict), width);
    if let Some(meaning) = what_it_means(result) {
        out.push_str(&folded(&meaning, width));
    }
    out.push('\n');
    out.push_str(&listed(&lines(result), INDENT, width));
    if let Some(table) = outside::servers(result) {
        out.push('\n');
        out.push_str(&fitted(table, width, &[]));
    }
    if !result.events.is_empty() {
        out.push('\n');
        out.push_str(&outside::events(result, width));
    }
    let table = latencies(result);
    if table.row_count() > 0 {
        out.push('\n');
        out.push_str(&fitted(table, width, &[]));
    }
    out
}

fn lines(result: &RunResult) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        (
            "strategy",
            format!("{} ({})", result.strategy.name, result.strategy.plan),
        ),
        ("database", database(result)),
    ];
    let found = result.database.session_settings.iter();
    lines.extend(found.map(|found| ("session", found.to_string())));
    lines.extend([
        (
            "load",
            load(&result.load, result.scenario, result.servers.len()),
        ),
        ("orders", orders(result)),
        ("attempts", attempts(result)),
        ("goodput", goodput(result)),
    ]);
    if let Some(ceiling) = &result.ceiling {
        lines.push(("ceiling", limit(ceiling)));
    }
    if let Some(words) = durability(result) {
        lines.push(("durability", words));
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

/// The load in a line: who comes, and for what.
pub(crate) fn load(load: &Load, scenario: Scenario, servers: usize) -> String {
    let mut parts = vec![count(load.threads.into(), "thread", "threads")];
    if servers > 0 {
        let servers = count(servers as u64, "server", "servers");
        parts[0] = format!("{servers} of {}", parts[0]);
    }
    if load.pool != load.threads {
        parts.push(format!("pool of {}", load.pool));
    }
    if load.pin {
        parts.push("threads pinned to cores".to_owned());
    }
    if scenario.demand() == Demand::List {
        let words = scenario.words();
        parts.push(count(load.items.unsigned_abs(), words.item, words.items));
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
    let words = result.scenario.words();
    let (done, turned_away) = (words.completed, words.rejected);
    let with = |number: u64, words: &str, of_them: u64, ledger: &str| {
        let words = format!("{} {words}", thousands(number));
        match of_them {
            0 => words,
            of_them => format!(
                "{words} ({} of them of unknown outcome, {ledger} in the ledger)",
                thousands(of_them)
            ),
        }
    };
    let mut parts = vec![with(outcomes.sold, done, outcomes.unknown_found, "found")];
    for (number, words) in [
        (outcomes.restocked, "restocked"),
        (outcomes.sold_out, turned_away),
        (outcomes.in_use, "skipped because the item was in use"),
    ] {
        if number > 0 {
            parts.push(format!("{} {words}", thousands(number)));
        }
    }
    if outcomes.gave_up > 0 {
        let not_found = outcomes.unknown_not_found;
        parts.push(with(outcomes.gave_up, "gave up", not_found, "not found"));
    }
    for (number, words) in [(outcomes.failed, "failed"), (outcomes.unknown, "unknown")] {
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
        "no conflicts".to_owned()
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
        true => "; the times measured before the run did not hold during it",
        false => "",
    };
    format!(
        "{:.0} % of the {} per second that this server allows for {round_trips} under the lock \
         (round trip {:.0} µs, commit {:.0} µs, lock hand-over {:.0} µs{doubt})",
        ceiling.reached * 100.0,
        thousands(ceiling.ceiling_per_s.round() as u64),
        ceiling.rtt_us,
        ceiling.flush_us,
        ceiling.hand_over_us
    )
}

/// What the server itself did to what was committed; `None` where it has come through.
pub(super) fn durability(result: &RunResult) -> Option<String> {
    let durability = &result.durability;
    let weak = durability.settings();
    durability.restarted.then(|| {
        let lost = match durability.losses.in_words(&result.scenario.words()) {
            lost if lost.is_empty() => "nothing was".to_owned(),
            lost => lost.join(", "),
        };
        match weak.is_empty() {
            true => {
                "the server restarted during the run; its settings keep every commit".to_owned()
            }
            false => format!(
                "the server restarted during the run, and {weak} allows commits to be lost: {lost}"
            ),
        }
    })
}

fn goodput(result: &RunResult) -> String {
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
