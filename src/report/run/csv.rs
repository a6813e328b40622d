//! CSV: every number of the JSON, its keys joined by dots, in a header and one line.

use anyhow::Result;
use csv::Writer;
use serde_json::Value;

use crate::run::result::RunResult;

pub(super) fn render(result: &RunResult) -> Result<String> {
    let mut cells = Vec::new();
    flatten("", &serde_json::to_value(result)?, &mut cells);
    let mut out = Writer::from_writer(Vec::new());
    out.write_record(cells.iter().map(|(name, _)| name))?;
    out.write_record(cells.iter().map(|(_, value)| value))?;
    Ok(String::from_utf8(out.into_inner()?)?)
}

/// Objects whose keys differ from run to run: one cell for all, so that the columns stay the same.
const FREE_FORM: [&str; 5] = [
    "conflicts",
    "errors",
    "database.settings",
    "control.violations",
    "durability.may_lose",
];

/// The keys of the effects outside the database.
const EFFECTS: [&str; 8] = [
    "calls",
    "billed_once",
    "billed_twice_or_more",
    "never_billed",
    "billed_not_marked",
    "marked_not_billed",
    "delivery",
    "invoices",
];

fn flatten(name: &str, value: &Value, cells: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) if FREE_FORM.contains(&name) => {
            let pairs: Vec<String> = fields
                .iter()
                .map(|(key, value)| format!("{key}={}", plain(value)))
                .collect();
            cells.push((name.to_owned(), pairs.join("; ")));
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                let dot = if name.is_empty() { "" } else { "." };
                flatten(&format!("{name}{dot}{key}"), value, cells);
            }
        }
        // The objects that may be absent; their columns are there all the same.
        Value::Null if name == "control" => {
            absent(name, &["strategy", "verdict", "violations"], cells);
        }
        Value::Null if name == "effects" => absent(name, &EFFECTS, cells),
        other => cells.push((name.to_owned(), plain(other))),
    }
}

fn absent(name: &str, keys: &[&str], cells: &mut Vec<(String, String)>) {
    cells.extend(
        keys.iter()
            .map(|key| (format!("{name}.{key}"), String::new())),
    );
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
