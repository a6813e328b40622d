//! A chart that has been drawn.

use anyhow::Result;
use maud::{Markup, PreEscaped, html};

use super::canvas::WIDTH;
use super::{ink, png};

/// What is told of a chart that has nothing in it.
const NOTHING: &str = "nothing was measured";

/// A chart that has been drawn, with its words for whoever does not see it.
#[derive(Clone, Debug)]
pub struct Picture {
    height: i32,
    body: String,
    title: String,
    description: String,
}

impl Picture {
    pub(super) fn new(height: i32, body: String, title: String, description: String) -> Self {
        // Nobody may have sold anything in a short time.
        let description = match description.is_empty() {
            true => NOTHING.to_owned(),
            false => description,
        };
        Self {
            height,
            body,
            title,
            description,
        }
    }

    /// As part of a page that holds [`super::style`]. No other part of it may be called `name`.
    pub fn inline(&self, name: &str) -> Markup {
        let (title, description) = (format!("{name}-title"), format!("{name}-description"));
        html! {
            svg #(name) .chart role="img" viewBox=(self.view())
                aria-labelledby=(title) aria-describedby=(description)
            {
                title #(title) { (self.title) }
                desc #(description) { (self.description) }
                (PreEscaped(&self.body))
            }
        }
    }

    /// As a file of its own, which suits light paper and dark.
    pub fn svg(&self) -> String {
        self.alone(&ink::style())
    }

    /// As a PNG on white paper, as fine as a screen of twice the usual resolution.
    ///
    /// # Errors
    /// The drawing cannot be rendered, which none is known not to be.
    pub fn png(&self) -> Result<Vec<u8>> {
        // Without a style, everything has the colour for light paper.
        png::render(&self.alone(""))
    }

    fn alone(&self, style: &str) -> String {
        let drawing = html! {
            svg .chart xmlns="http://www.w3.org/2000/svg" role="img" viewBox=(self.view())
                width=(WIDTH / 2) height=(self.height / 2)
                aria-labelledby="title" aria-describedby="description"
            {
                title #title { (self.title) }
                desc #description { (self.description) }
                style { (PreEscaped(style)) }
                (PreEscaped(&self.body))
            }
        };
        drawing.into_string() + "\n"
    }

    fn view(&self) -> String {
        format!("0 0 {WIDTH} {}", self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_with_nothing_in_it_says_so() {
        let picture = Picture::new(9, String::new(), "Orders".to_owned(), String::new());
        let told = format!("<desc id=\"description\">{NOTHING}</desc>");
        assert!(picture.svg().contains(&told), "{}", picture.svg());
    }
}
