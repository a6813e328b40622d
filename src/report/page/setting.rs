//! Where and how it was measured.

use maud::{Markup, html};
use serde_json::Value;

use super::Numbers;
use crate::compare::Setting;
use crate::load::Load;
use crate::report::figures::signed;
use crate::report::pictures::micros;

/// The machine, the database with its settings, the load, and the command to measure it again.
pub(in crate::report) fn setting(
    setting: &Setting,
    load: &Load,
    numbers: &Numbers<'_>,
) -> anyhow::Result<Markup> {
    let load = serde_json::to_value(load)?;
    let chosen = load.as_object().into_iter().flatten();
    let chosen = chosen.filter(|(_, value)| !value.is_null());
    let database = &setting.database;
    let machine = &setting.machine;
    let confidence = setting.confidence * 100.0;
    Ok(html! {
        section aria-labelledby="how" {
            h2 #how { "How it was measured" }
            p { "Measure it again:" }
            pre { code { (setting.command) } }
            .beside {
                div {
                    h3 { "Machine" }
                    dl {
                        dt { "processor" } dd { (machine.cpu.as_deref().unwrap_or("not told")) }
                        dt { "cores" }
                        dd { (numbers.show("/machine/cores", |cores| signed(cores as i64))) }
                        dt { "system" } dd { (machine.system) }
                        dt { "lockbench" } dd { (setting.lockbench) }
                    }
                    h3 { "Database" }
                    dl {
                        dt { (database.backend) } dd { (database.version) }
                        @for (name, value) in &database.settings {
                            dt { (name) } dd { (value) }
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
                "Each round runs every strategy once under exactly the same orders, one directly \
                 after the other and in an order shuffled anew, so that a machine that becomes \
                 slower or faster does so for all of them. A goodput is the median of the rounds. \
                 The ratio of two strategies is taken round by round, which leaves out whatever \
                 changed between the rounds. If all of this were measured a hundred times, about "
                (format!("{confidence:.0}")) " of the intervals of a hundred would hold the true value; \
                 they rest on ranks alone, so that no bell curve is supposed. Where the interval \
                 of the ratio of two holds 1, no difference is shown, and the two share a place: \
                 that does not say that they are equally fast, only that these rounds do not tell \
                 which is faster. And it is all said of this machine and this load, not of yours."
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
