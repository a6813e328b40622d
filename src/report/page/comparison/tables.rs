//! Every number of a comparison, in tables.

use maud::{Markup, html};

use super::Part;
use crate::compare::Standing;
use crate::model::figures::signed;
use crate::report::page::Column::{self, Numbers, Words};
use crate::report::page::{self, table};
use crate::report::pictures::{PARTS, micros, number, why_unranked};

fn whole(value: f64) -> String {
    signed(value.round() as i64)
}

fn ratio(value: f64) -> String {
    format!("{value:.2}")
}

fn percent(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

/// All that were run, each with its part of the JSON.
fn standings<'a>(part: &'a Part<'a>) -> impl Iterator<Item = (&'a Standing, page::Numbers<'a>)> {
    let of = |list: &'static str, standings: &'a [Standing]| {
        standings.iter().enumerate().map(move |(index, standing)| {
            (standing, part.numbers.within(&format!("/{list}/{index}")))
        })
    };
    of("ranked", &part.comparison.ranked).chain(of("unranked", &part.comparison.unranked))
}

/// The place, the speed and what it costs.
pub(super) fn ranked(part: &Part<'_>) -> Markup {
    let reference = part
        .comparison
        .reference
        .as_deref()
        .unwrap_or("the reference");
    let times = format!("× {reference}");
    // SQLite is no server, and has no journeys to one.
    let is_server = part
        .comparison
        .standings()
        .any(|standing| standing.round_trips_per_sale.is_some());
    let mut columns = vec![
        Words("place"),
        Words("strategy"),
        Numbers(&times),
        Numbers("goodput per second"),
        Numbers("attempts per sale"),
        Numbers("statements per sale"),
    ];
    if is_server {
        columns.push(Numbers("round trips per sale"));
    }
    columns.extend([
        Numbers("CPU time per sale"),
        Numbers("alone"),
        Words("conflicts"),
    ]);
    let rows = html! {
        @for (standing, numbers) in standings(part) {
            tr .apart[!standing.is_ranked()] {
                td .words { (numbers.show("/rank", whole)) }
                th scope="row" { (standing.label) }
                td { (numbers.estimate("/ratio", ratio)) }
                td { (numbers.estimate("/goodput_per_s", number)) }
                td { (numbers.show("/attempts_per_sale", ratio)) }
                td { (numbers.show("/statements_per_sale", ratio)) }
                @if is_server { td { (numbers.show("/round_trips_per_sale", ratio)) } }
                td { (numbers.show("/cpu_us_per_sale", micros)) }
                td { (numbers.show("/alone_us", micros)) }
                td .words.prose { (conflicts(standing, &numbers)) }
            }
        }
    };
    html! {
        (table("Speed and cost", &columns, &rows))
        p .note {
            "A sale is a completed order. Alone is how long one takes when nobody else is buying, \
             without think time. CPU time is that of lockbench, not of a server."
        }
    }
}

fn conflicts(standing: &Standing, numbers: &page::Numbers<'_>) -> Markup {
    html! {
        @if standing.conflicts.is_empty() { span .none { "none" } }
        @for (index, cause) in standing.conflicts.keys().enumerate() {
            @if index > 0 { ", " }
            (numbers.show(&format!("/conflicts/{cause}"), whole)) " " (cause.replace('_', " "))
        }
    }
}

/// The latencies by how the orders ended.
pub(super) fn latencies(part: &Part<'_>) -> Markup {
    let columns = [
        Words("strategy"),
        Words("orders"),
        Numbers("number"),
        Numbers("p50"),
        Numbers("p90"),
        Numbers("p99"),
        Numbers("p99.9"),
        Numbers("longest"),
    ];
    let kinds = [
        ("sold", "sold"),
        ("first_try", "sold on the first try"),
        ("retried", "sold after a retry"),
        ("rejected", "turned away"),
        ("pool_wait", "waiting for a connection"),
    ];
    let rows = html! {
        @for (standing, numbers) in standings(part) {
            @for (key, words) in kinds {
                @let numbers = numbers.within(&format!("/latency_us/{key}"));
                @if numbers.is_positive("/count") && !repeats(standing, key) {
                    tr .apart[!standing.is_ranked()] {
                        th scope="row" { (standing.label) }
                        td .words { (words) }
                        td { (numbers.show("/count", whole)) }
                        @for quantile in ["/p50", "/p90", "/p99", "/p999", "/max"] {
                            td { (numbers.show(quantile, micros)) }
                        }
                    }
                }
            }
        }
    };
    table("Latency", &columns, &rows)
}

/// Whether it would be told twice: where nothing was tried again, everything was sold on the first try.
fn repeats(standing: &Standing, key: &str) -> bool {
    key == "first_try" && standing.latency_us.retried.count == 0
}

/// The shares of the buyers' time.
pub(super) fn time(part: &Part<'_>) -> Markup {
    let columns: Vec<Column<'_>> = std::iter::once(Words("strategy"))
        .chain(PARTS.map(|(_, words)| Numbers(words)))
        .collect();
    let rows = html! {
        @for (standing, numbers) in standings(part) {
            tr .apart[!standing.is_ranked()] {
                th scope="row" { (standing.label) }
                @for (key, _) in PARTS {
                    td { (numbers.show(&format!("/time/{key}"), percent)) }
                }
            }
        }
    };
    table("Shares of the buyers' time", &columns, &rows)
}

/// How close those came to what the server allows who wait for each other.
pub(super) fn limits(part: &Part<'_>) -> Markup {
    let columns = [
        Words("strategy"),
        Numbers("round trips under the lock"),
        Numbers("round trip"),
        Numbers("commit"),
        Numbers("lock hand-over"),
        Numbers("at most, orders per second"),
        Numbers("reached"),
    ];
    let limited = standings(part).filter(|(standing, _)| standing.ceiling.is_some());
    let rows = html! {
        @for (standing, numbers) in limited {
            @let numbers = numbers.within("/ceiling");
            tr {
                th scope="row" { (standing.label) }
                td { (numbers.show("/round_trips_under_lock", whole)) }
                @for time in ["/rtt_us", "/flush_us", "/hand_over_us"] {
                    td { (numbers.show(time, micros)) }
                }
                td { (numbers.show("/ceiling_per_s", whole)) }
                td { (numbers.show("/reached", percent)) }
            }
        }
    };
    html! {
        (table("What this server allows buyers of one item", &columns, &rows))
        p .note {
            "A buyer holds the lock for that many round trips and the commit; the next one gets it \
             after the hand-over. Far more than 100 % means that the times measured before the \
             rounds did not hold during them."
        }
    }
}

/// What the unranked broke, and the control.
pub(super) fn wrong(part: &Part<'_>) -> Markup {
    let comparison = part.comparison;
    let columns = [
        "strategy",
        "promises",
        "found",
        "why it is not ranked",
        "in numbers",
    ]
    .map(Words);
    let rows = html! {
        @for (index, standing) in comparison.unranked.iter().enumerate() {
            @let numbers = part.numbers.within(&format!("/unranked/{index}"));
            tr {
                th scope="row" { (standing.label) }
                td .words { (standing.promise.map_or("nothing", promise)) }
                td .words { (standing.verdict) }
                td .words.prose { (why_unranked(standing)) }
                td .words {
                    (violations(standing.violations.named(), &numbers.within("/violations")))
                    @if standing.durability.has_losses() {
                        "; perhaps lost by the server: "
                        (violations(
                            standing.durability.losses.named(),
                            &numbers.within("/durability/losses"),
                        ))
                    }
                }
            }
        }
        @if let Some(control) = comparison.control {
            @let numbers = part.numbers.within("/control");
            tr .apart {
                th scope="row" { (control.strategy) ", the control" }
                td .words { "unsafe" }
                td .words { @if control.broken_rounds > 0 { "unsafe" } @else { "nothing" } }
                td .words {
                    "broke in " (numbers.show("/broken_rounds", whole)) " of "
                    (numbers.show("/rounds", whole)) " rounds under the same load"
                }
                td .words {
                    (violations(control.violations.named(), &numbers.within("/violations")))
                }
            }
        }
    };
    table("Wrong, or not known to be correct", &columns, &rows)
}

fn promise(promise: crate::model::strategy::Promise) -> &'static str {
    use crate::model::strategy::Promise;
    match promise {
        Promise::Safe => "safe",
        Promise::Unsafe => "unsafe",
        Promise::Deadlocks => "deadlocks",
        Promise::GivesUp => "gives up",
    }
}

fn violations(
    named: impl Iterator<Item = (&'static str, u64)>,
    numbers: &page::Numbers<'_>,
) -> Markup {
    let found: Vec<&str> = named
        .filter(|(_, count)| *count > 0)
        .map(|(name, _)| name)
        .collect();
    html! {
        @if found.is_empty() { span .none { "—" } }
        @for (index, name) in found.into_iter().enumerate() {
            @if index > 0 { ", " }
            (numbers.show(&format!("/{name}"), whole)) " " (name.replace('_', " "))
        }
    }
}

/// The goodput of each round.
pub(super) fn rounds(part: &Part<'_>) -> Markup {
    // A speed that was bought with an oversell is no speed.
    let right = standings(part).filter(|(standing, _)| standing.is_ranked());
    let all: Vec<(&Standing, page::Numbers<'_>)> = right.collect();
    let most = all.iter().map(|(standing, _)| standing.rounds.len()).max();
    let columns: Vec<Column<'_>> = std::iter::once(Words("round"))
        .chain(all.iter().map(|(standing, _)| Numbers(&standing.label)))
        .collect();
    let rows = html! {
        @for round in 0..most.unwrap_or(0) {
            tr {
                th scope="row" { (round + 1) }
                @for (_, numbers) in &all {
                    td { (numbers.show(&format!("/rounds/{round}/goodput_per_s"), number)) }
                }
            }
        }
    };
    if all.is_empty() {
        return html! {};
    }
    let content = table("Goodput per second, round by round", &columns, &rows);
    part.section("rounds", "Every round", &content)
}
