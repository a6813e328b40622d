//! Results as one file for the browser: nothing is fetched, no script is needed.
//!
//! The file holds the same JSON as `--format json`, and every number that it shows is taken
//! from there by its JSON pointer (RFC 6901), which stands beside it.

mod comparison;
mod conditions;
mod head;
mod numbers;

pub(super) use comparison::Part;
pub(super) use conditions::conditions;
pub(super) use head::Head;
pub(super) use numbers::Numbers;

use anyhow::Result;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::chart::{self, Picture};
use super::embedded::embedded;

const STYLE: &str = include_str!("page/page.css");

/// No request may leave the page, and no script may run in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The whole file.
pub(super) fn page(title: &str, body: &Markup, json: &Value) -> Result<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(chart::style())) }
            }
            body {
                main { (body) }
                script type="application/json" #result {
                    (PreEscaped(embedded(&serde_json::to_string(json)?)))
                }
            }
        }
    };
    Ok(page.into_string() + "\n")
}

/// A picture with what is to be said of it. No other part of the page may be called `name`.
pub(super) fn figure(name: &str, picture: &Picture, caption: &Markup) -> Markup {
    html! {
        figure {
            .wide { (picture.inline(name)) }
            figcaption { (caption) }
        }
    }
}

/// The head of a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column<'a> {
    /// Of words, which begin on the left.
    Words(&'a str),
    /// Of numbers, which end on the right.
    Numbers(&'a str),
}

/// A table with its name, which can be moved aside where it is too wide.
pub(super) fn table(name: &str, columns: &[Column<'_>], rows: &Markup) -> Markup {
    html! {
        .wide tabindex="0" role="region" aria-label=(name) {
            table {
                caption { (name) }
                thead {
                    tr {
                        @for column in columns {
                            @match column {
                                Column::Words(head) => th .words scope="col" { (head) },
                                Column::Numbers(head) => th scope="col" { (head) },
                            }
                        }
                    }
                }
                tbody { (rows) }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_element_that_it_stands_in() {
        let nasty = "</script><!--<script>alert(1)</script> & </style>";
        let page = page(nasty, &html! { p { (nasty) } }, &Value::from(nasty)).unwrap();
        assert_eq!(page.matches("</script>").count(), 1);
        assert_eq!(page.matches("</style>").count(), 1);
        assert!(!page.contains("<!--"));
    }
}
