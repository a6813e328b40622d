//! The numbers of a page, each with where in the JSON it is from.

use maud::{Markup, html};
use serde_json::Value;

/// The JSON of a page, or a part of it.
#[derive(Clone, Debug)]
pub(in crate::report) struct Numbers<'a> {
    json: &'a Value,
    /// Where in the whole this part is, as a JSON pointer.
    at: String,
}

impl<'a> Numbers<'a> {
    pub(in crate::report) fn new(json: &'a Value) -> Self {
        Self {
            json,
            at: String::new(),
        }
    }

    /// The part at the pointer `at`.
    pub(in crate::report) fn within(&self, at: &str) -> Self {
        Self {
            json: self.json,
            at: format!("{}{at}", self.at),
        }
    }

    fn value(&self, at: &str) -> (String, Option<&'a Value>) {
        let pointer = format!("{}{at}", self.at);
        let found = self
            .json
            .pointer(&pointer)
            .filter(|value| value.is_number());
        (pointer, found)
    }

    /// Whether there is something to tell of.
    pub(in crate::report) fn is_positive(&self, at: &str) -> bool {
        let value = self.value(at).1.and_then(Value::as_f64);
        value.is_some_and(|value| value > 0.0)
    }

    /// The number at the pointer, in words; a dash where there is none.
    pub(in crate::report) fn show(&self, at: &str, words: impl Fn(f64) -> String) -> Markup {
        match self.value(at) {
            (pointer, Some(value)) => html! {
                data value=(value) data-json=(pointer) { (words(value.as_f64().unwrap_or(0.0))) }
            },
            (_, None) => html! { span .none { "—" } },
        }
    }

    /// The estimate at the pointer: its value, and below it the interval.
    pub(in crate::report) fn estimate(&self, at: &str, words: impl Fn(f64) -> String) -> Markup {
        let end = |end: &str| self.show(&format!("{at}/{end}"), &words);
        let has_interval = self.value(&format!("{at}/low")).1.is_some();
        html! {
            (end("value"))
            @if has_interval {
                " " span .interval { "(" (end("low")) " to " (end("high")) ")" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_is_shown_with_where_it_is_from() {
        let json = json!({"points": [{"ratio": {"value": 1.25, "low": null, "high": null}}]});
        let numbers = Numbers::new(&json).within("/points/0");
        let words = |value: f64| format!("{value:.1}");
        assert_eq!(
            numbers.estimate("/ratio", words).into_string(),
            r#"<data value="1.25" data-json="/points/0/ratio/value">1.2</data>"#
        );
        assert_eq!(
            numbers.show("/nothing", words).into_string(),
            r#"<span class="none">—</span>"#
        );
    }
}
