//! Text for people: the verdict first.

use anstyle::{AnsiColor, Style};

use super::figures::{latencies, thousands};
use super::plain::plain;
use super::sentence::{what_happened, what_it_means};
use crate::result::RunResult;
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
    let mut parts = vec![format!("{} threads", load.threads)];
    if load.pool != load.threads {
        parts.push(format!("pool of {}", load.pool));
    }
    parts.push(format!(
        "{} × {} units",
        super::figures::count(load.items.unsigned_abs(), "item", "items"),
        thousands(load.stock.unsigned_abs())
    ));
    match (load.orders, load.duration) {
        (_, Some(duration)) => parts.push(format!("for {}", humantime::format_duration(duration))),
        (Some(orders), None) => parts.push(format!("{} orders", thousands(orders.unsigned_abs()))),
        (None, None) => {}
    }
    parts.push(format!("of {}", load.quantity));
    if !load.hold.is_zero() {
        parts.push(format!("hold {}", humantime::format_duration(load.hold)));
    }
    if load.restock > 0.0 {
        parts.push(format!("restock {}", load.restock));
    }
    if load.skew > 0.0 {
        parts.push(format!("skew {}", load.skew));
    }
    if let Some(rate) = load.rate {
        parts.push(format!("{rate} per second"));
    }
    parts.push(format!("seed {}", load.seed));
    parts.join(", ").replace(" orders, of ", " orders of ")
}

fn orders(result: &RunResult) -> String {
    let outcomes = &result.outcomes;
    let mut parts = vec![format!("{} sold", thousands(outcomes.sold))];
    for (number, words) in [
        (outcomes.restocked, "restocked"),
        (outcomes.sold_out, "turned away as sold out"),
        (outcomes.gave_up, "gave up"),
        (outcomes.failed, "failed"),
        (outcomes.unknown, "unknown"),
        (outcomes.unknown_found, "of unknown end found in the ledger"),
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

fn speed(result: &RunResult) -> String {
    // A speed that was bought with an oversell is no speed.
    if result.verdict == Verdict::Unsafe {
        return format!(
            "not ranked: the result is wrong ({:.2} s)",
            result.elapsed_s
        );
    }
    format!(
        "{} units truly sold per second ({:.2} s)",
        thousands(result.goodput_per_s.round() as u64),
        result.elapsed_s
    )
}
