//! What stands at the top of a page.

use maud::{Markup, html};

/// The head of a page, in words.
#[derive(Clone, Debug)]
pub(in crate::report) struct Head {
    /// What was done, and where.
    pub(in crate::report) kind: String,
    /// The verdict.
    pub(in crate::report) verdict: String,
    /// What is to be known of it, a paragraph each.
    pub(in crate::report) meaning: Vec<String>,
    /// Whether only a part of what was asked for was measured.
    pub(in crate::report) interrupted: bool,
}

impl Head {
    /// The head of the page.
    pub(in crate::report) fn show(&self) -> Markup {
        html! {
            header {
                p .kind { (self.kind) }
                h1 { (self.verdict) }
                @if self.interrupted {
                    p .warning role="note" {
                        "Incomplete: the measurement was interrupted, and only finished rounds count."
                    }
                }
                @for sentence in self.meaning.iter().filter(|sentence| !sentence.is_empty()) {
                    p { (sentence) }
                }
            }
        }
    }
}
