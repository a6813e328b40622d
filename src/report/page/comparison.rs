//! A comparison: the pictures, and every number in tables.

mod tables;

use anyhow::Result;
use maud::{Markup, html};

use super::{Numbers, figure};
use crate::compare::Comparison;
use crate::report::pictures;

/// One comparison of a page.
#[derive(Clone, Debug)]
pub(in crate::report) struct Part<'a> {
    pub(in crate::report) comparison: &'a Comparison,
    /// Its part of the JSON.
    pub(in crate::report) numbers: Numbers<'a>,
    /// Begins the name of each of its pictures, none of which may be there twice.
    pub(in crate::report) name: &'a str,
    /// All labels of the page, in the order that decides how each line looks.
    pub(in crate::report) labels: &'a [String],
    /// How often an interval covers the true value.
    pub(in crate::report) confidence: f64,
    /// Whether it is one of several of the page, and stands below a heading of its own.
    pub(in crate::report) is_nested: bool,
}

impl Part<'_> {
    /// All there is to be shown of it.
    ///
    /// # Errors
    /// A picture cannot be drawn, which none is known not to be.
    pub(in crate::report) fn show(&self) -> Result<Markup> {
        Ok(html! {
            (self.goodput()?)
            (self.latency()?)
            (self.time()?)
            (self.limits())
            (self.wrong())
            (tables::rounds(self))
        })
    }

    /// The section `of`, under a heading of these words.
    fn section(&self, of: &str, words: &str, content: &Markup) -> Markup {
        let heading = format!("{}-heading", self.id(of));
        html! {
            section aria-labelledby=(heading) {
                @if self.is_nested {
                    h3 #(heading) { (words) }
                } @else {
                    h2 #(heading) { (words) }
                }
                (content)
            }
        }
    }

    fn id(&self, of: &str) -> String {
        format!("{}{of}", self.name)
    }

    fn goodput(&self) -> Result<Markup> {
        let picture = pictures::ranked(self.comparison, self.confidence).draw()?;
        let caption = html! {
            "The line across the end of a bar is its interval. Strategies whose place has an = are \
             tied: they are not measurably different."
        };
        let content = html! {
            (figure(&self.id("goodput"), &picture, &caption))
            (tables::ranked(self))
        };
        Ok(self.section("goodput", "How much is sold", &content))
    }

    fn latency(&self) -> Result<Markup> {
        let Some(lines) = pictures::latencies(self.comparison, self.labels) else {
            return Ok(html! {});
        };
        let caption = html! {
            "Both axes are logarithmic: each step to the right is ten times as rare. A line that is \
             low on the left and rises on the right serves most buyers quickly and makes a few wait."
        };
        let content = html! {
            (figure(&self.id("latency"), &lines.draw()?, &caption))
            (tables::latencies(self))
        };
        Ok(self.section("latency", "How long it takes", &content))
    }

    fn time(&self) -> Result<Markup> {
        if self.comparison.standings().next().is_none() {
            return Ok(html! {});
        }
        let caption = html! {
            "Shares of the total time of all buyers. Useful is what the same purchases take when \
             nobody else is buying; whatever successful purchases take beyond that is waiting."
        };
        let picture = pictures::time(self.comparison).draw()?;
        let content = html! {
            (figure(&self.id("time"), &picture, &caption))
            (tables::time(self))
        };
        Ok(self.section("time", "Where the time goes", &content))
    }

    /// How close those who wait for each other came to what the server allows.
    fn limits(&self) -> Markup {
        let limited = self
            .comparison
            .ranked
            .iter()
            .any(|one| one.ceiling.is_some());
        if !limited {
            return html! {};
        }
        self.section("limits", "What a hot row allows", &tables::limits(self))
    }

    /// What is not ranked, what could not be run, and what the control broke.
    fn wrong(&self) -> Markup {
        let comparison = self.comparison;
        if comparison.unranked.is_empty()
            && comparison.refused.is_empty()
            && comparison.control.is_none()
        {
            return html! {};
        }
        let content = html! {
            (tables::wrong(self))
            @if !comparison.refused.is_empty() {
                p { "Not run, because this database does not support it:" }
                ul {
                    @for refused in &comparison.refused {
                        li { strong { (refused.label) } ": " (refused.reason) }
                    }
                }
            }
        };
        self.section("wrong", "What is not ranked", &content)
    }
}
