//! Where and how it was measured.

use maud::{Markup, html};
use serde_json::Value;

use super::Numbers;
use crate::compare::Conditions;
use crate::model::figures::signed;
use crate::model::load::Load;
use crate::report::pictures::micros;

/// The machine, the database with its settings, the load, and the command to measure it again.
pub(in crate::report) fn conditions(
    conditions: &Conditions,
    load: &Load,
    numbers: &Numbers<'_>,
) -> anyhow::Result<Markup> {
    let load = serde_json::to_value(load)?;
    let chosen = load.as_object().into_iter().flatten();
    let chosen = chosen.filter(|(_, value)| !value.is_null());
    let database = &conditions.database;
    let machine = &conditions.machine;
    let confidence = conditions.confidence * 100.0;
    Ok(html! {
        section aria-labelledby="how" {
            h2 #how { "How it was measured" }
            p { "Measure it again:" }
            pre { code { (conditions.command) } }
            .beside {
                div {
                    h3 { "Machine" }
                    dl {
                        dt { "CPU" } dd { (machine.cpu.as_deref().unwrap_or("unknown")) }
                        dt { "cores" }
                        dd { (numbers.show("/machine/cores", |cores| signed(cores as i64))) }
                        dt { "system" } dd { (machine.system) }
                        dt { "lockbench" } dd { (conditions.lockbench) }
                    }
                    h3 { "Database" }
                    dl {
                        dt { (database.backend) } dd { (database.version) }
                        @for (name, value) in &database.settings {
                            dt { (name) } dd { (value) }
                        }
                        @for found in &database.session_settings {
                            dt { (found.name) } dd { (found) }
                        }
                    }
                }
                div {
                    h3 { "Load" }
                    dl {
                        @for (name, value) in chosen {
                            @let (name, words) = option(name, value);
                            dt { (name) } dd { (words) }
                        }
                    }
                }
            }
            h3 { "What the interval means" }
            p {
                "Each round runs every strategy once on exactly the same orders, one right after the \
                 other and in a newly shuffled order, so that a machine that slows down or speeds \
                 up does so for all of them. Goodput is the median of the rounds. The ratio of two \
                 strategies is computed round by round, which cancels whatever changed between \
                 rounds. If all of this were measured a hundred times, about "
                (format!("{confidence:.0}")) " of the hundred intervals would contain the true value; \
                 they are based on ranks alone and assume no normal distribution. If the interval \
                 of the ratio of two strategies contains 1, they are not measurably different and \
                 share a place: that does not mean that they are equally fast, only that these \
                 rounds cannot tell which is faster. All of it holds for this machine and this \
                 load, not for yours."
            }
        }
    })
}

/// A number of the load, and what it is called on the command line.
fn option(name: &str, value: &Value) -> (String, String) {
    let (name, words) = match (name.strip_suffix("_us"), value, value.as_f64()) {
        (Some(name), _, Some(time)) => (name, micros(time)),
        (_, Value::String(text), _) => (name, text.clone()),
        (_, other, _) => (name, other.to_string()),
    };
    (format!("--{}", name.replace('_', "-")), words)
}
