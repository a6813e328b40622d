//! The numbers of a JSON, and as a page writes them.

use std::collections::BTreeMap;

use serde_json::Value;

/// A number as the page writes it, in the unit of the JSON, and how much its last digit is.
pub fn read(text: &str) -> (f64, f64) {
    let (digits, unit) = text.split_once(' ').unwrap_or((text, ""));
    let unit = match unit {
        "" | "µs" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "%" => 0.01,
        other => panic!("{other:?} in {text:?}"),
    };
    let decimals = digits
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    let number: f64 = digits.replace(',', "").parse().expect("a number");
    (number * unit, unit * 10f64.powi(-(decimals as i32)))
}

/// Every number in a value, by its pointer.
pub fn numbers(at: &str, value: &Value, into: &mut BTreeMap<String, f64>) {
    match value {
        Value::Number(number) => {
            into.insert(at.to_owned(), number.as_f64().expect("a number"));
        }
        Value::Array(parts) => {
            for (index, part) in parts.iter().enumerate() {
                numbers(&format!("{at}/{index}"), part, into);
            }
        }
        Value::Object(parts) => {
            for (name, part) in parts {
                numbers(&format!("{at}/{name}"), part, into);
            }
        }
        _ => {}
    }
}

#[test]
fn a_number_is_read_as_it_was_written() {
    for index in 1..100_000_u32 {
        let number = f64::from(index).sqrt() * 1234.567;
        let read: Value = serde_json::from_str(&number.to_string()).expect("JSON");
        assert_eq!(read.as_f64(), Some(number));
    }
}
