//! How one series is told from the others: colour, marker and dash.

use plotters::element::{Circle, DashedPathElement, PathElement, Polygon};
use plotters::style::{Color, ShapeStyle};

use super::canvas::{Area, Failed, Spot};
use super::ink::{Ink, SERIES};

/// Half the width of a marker.
const MARKER: i32 = 9;
/// How thick a line is.
const LINE: u32 = 4;

/// How a series looks, by its place among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look(pub(super) usize);

/// The corners of each marker, on a square from -1 to 1; the first is a circle and has none.
const MARKERS: [&[(f64, f64)]; 6] = [
    &[],
    &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    &[(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
    &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
    &[(0.0, 1.15), (1.1, -0.85), (-1.1, -0.85)],
    &[
        (-0.35, -1.1),
        (0.35, -1.1),
        (0.35, -0.35),
        (1.1, -0.35),
        (1.1, 0.35),
        (0.35, 0.35),
        (0.35, 1.1),
        (-0.35, 1.1),
        (-0.35, 0.35),
        (-1.1, 0.35),
        (-1.1, -0.35),
        (-0.35, -0.35),
    ],
];

/// Dash and gap; none for a line without gaps.
const DASHES: [Option<(i32, i32)>; 5] = [
    None,
    Some((24, 12)),
    Some((6, 8)),
    Some((40, 10)),
    Some((12, 6)),
];

impl Look {
    pub(super) fn ink(self) -> Ink {
        SERIES[self.0 % SERIES.len()]
    }

    fn line_style(self) -> ShapeStyle {
        self.ink().color().stroke_width(LINE)
    }

    /// A line through the spots.
    pub(super) fn line(self, area: &Area<'_>, spots: &[Spot]) -> Result<(), Failed> {
        match DASHES[self.0 % DASHES.len()] {
            None => area.draw(&PathElement::new(spots.to_vec(), self.line_style())),
            Some((dash, gap)) => {
                let spots = spots.to_vec();
                area.draw(&DashedPathElement::new(spots, dash, gap, self.line_style()))
            }
        }
    }

    /// A marker at the spot.
    pub(super) fn marker(self, area: &Area<'_>, (x, y): Spot) -> Result<(), Failed> {
        let style = self.ink().color().filled();
        let corners = MARKERS[self.0 % MARKERS.len()];
        if corners.is_empty() {
            return area.draw(&Circle::new((x, y), MARKER, style));
        }
        let scaled = |part: f64| (part * f64::from(MARKER)).round() as i32;
        let corners: Vec<Spot> = corners
            .iter()
            .map(|(right, down)| (x + scaled(*right), y + scaled(*down)))
            .collect();
        area.draw(&Polygon::new(corners, style))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_as_many_series_as_there_are_strategies_look_alike_without_colour() {
        let looks = |index: usize| (index % MARKERS.len(), index % DASHES.len());
        for one in 0..20 {
            for other in 0..one {
                assert_ne!(looks(one), looks(other), "{one} and {other}");
            }
        }
    }
}
