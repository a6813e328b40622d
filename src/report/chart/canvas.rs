//! What a chart is drawn on.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{PathElement, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, TextStyle};

use super::ink::{self, Ink};

/// How wide every chart is. A unit is half a pixel of a screen, since plotters places everything
/// on whole ones.
pub(super) const WIDTH: i32 = 1600;

/// The size of most words.
pub(super) const WORDS: i32 = 26;

/// A place on the canvas: to the right, and down.
pub(super) type Spot = (i32, i32);

/// The whole canvas.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Why plotters could not draw, which on a text in memory it always can.
pub(super) type Failed = DrawingAreaErrorKind<std::io::Error>;

/// Draws on a new canvas that is `height` high, and returns what is between `<svg>` and `</svg>`.
pub(super) fn draw(
    height: i32,
    paint: impl FnOnce(&Area<'_>) -> Result<(), Failed>,
) -> Result<String, Failed> {
    let mut svg = String::new();
    {
        let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        paint(&area)?;
        area.present()?;
    }
    let inner = svg
        .split_once('>')
        .and_then(|(_, rest)| rest.rsplit_once("</svg>"))
        .map_or("", |(inner, _)| inner);
    Ok(ink::classified(inner.trim()))
}

/// Words of one kind.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) ink: Ink,
    pub(super) size: i32,
    pub(super) bold: bool,
    pub(super) side: HPos,
}

impl Words {
    /// Those that begin where they are put.
    pub(super) const fn new(ink: Ink) -> Self {
        Self {
            ink,
            size: WORDS,
            bold: false,
            side: HPos::Left,
        }
    }

    /// That end where they are put.
    pub(super) const fn to_the_left(self) -> Self {
        Self {
            side: HPos::Right,
            ..self
        }
    }

    /// With where they are put in their middle.
    pub(super) const fn centred(self) -> Self {
        Self {
            side: HPos::Center,
            ..self
        }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// As plotters has it.
    pub(super) fn style(self) -> TextStyle<'static> {
        // The SVG backend divides every size by 1.24.
        let size = f64::from(self.size) * 1.24;
        let style = if self.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        ("sans-serif", size, style)
            .into_font()
            .color(&self.ink.color())
            .pos(Pos::new(self.side, VPos::Center))
    }

    /// Writes them, on the height of the spot.
    pub(super) fn write(self, area: &Area<'_>, text: &str, spot: Spot) -> Result<(), Failed> {
        area.draw(&Text::new(text.to_owned(), spot, self.style()))
    }

    /// Writes them on ground of their own.
    pub(super) fn write_on_paper(
        self,
        area: &Area<'_>,
        text: &str,
        (x, y): Spot,
    ) -> Result<(), Failed> {
        let half = width(text, self.size) / 2 + 6;
        let high = self.size * 2 / 3;
        let ground = [(x - half, y - high), (x + half, y + high)];
        area.draw(&Rectangle::new(
            ground,
            ink::PAPER.color().mix(0.85).filled(),
        ))?;
        self.centred().write(area, text, (x, y))
    }
}

/// About how wide a text is: the fonts of readers differ.
pub(super) fn width(text: &str, size: i32) -> i32 {
    text.chars().count() as i32 * size * 3 / 5
}

/// As much of the text as there is room for.
pub(super) fn fitted(text: &str, size: i32, room: i32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let fits = (room * 5 / (size * 3) - 1).max(0) as usize;
    let text: String = text.chars().take(fits).collect();
    format!("{}…", text.trim_end_matches([' ', ',', ';']))
}

/// A line from one spot to another.
pub(super) fn rule(
    area: &Area<'_>,
    from: Spot,
    to: Spot,
    ink: Ink,
    thick: u32,
) -> Result<(), Failed> {
    area.draw(&PathElement::new(
        vec![from, to],
        ink.color().stroke_width(thick),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_short() {
        assert_eq!(fitted("short", 26, 400), "short");
        let cut = fitted("oversold by 100, 165 lost updates", 26, 200);
        assert!(cut.ends_with('…') && width(&cut, 26) <= 200, "{cut}");
    }
}
