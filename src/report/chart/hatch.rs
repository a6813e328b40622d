//! Hatchings: lines in a rectangle that tell it from others without a colour.

use plotters::element::{PathElement, Rectangle};
use plotters::style::Color;

use super::canvas::{Area, Failed, Spot, rule};
use super::ink::Ink;

/// How the lines of a hatching run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hatch {
    /// No lines, filled evenly.
    Full,
    Rising,
    Falling,
    Crossed,
    Upright,
    Level,
    Grid,
    /// Neither lines nor much of a fill.
    Empty,
}

/// From one line to the next.
const GAP: i32 = 14;

impl Hatch {
    /// Fills the rectangle, and draws its outline.
    pub(super) fn fill(
        self,
        area: &Area<'_>,
        from: Spot,
        to: Spot,
        ink: Ink,
    ) -> Result<(), Failed> {
        if to.0 <= from.0 {
            return Ok(());
        }
        let strength = match self {
            Self::Full => 0.85,
            Self::Empty => 0.06,
            _ => 0.22,
        };
        let ground = ink.color().mix(strength).filled();
        area.draw(&Rectangle::new([from, to], ground))?;
        for (start, end) in self.lines(from, to) {
            rule(area, start, end, ink, 3)?;
        }
        let corners = vec![from, (to.0, from.1), to, (from.0, to.1), from];
        area.draw(&PathElement::new(corners, ink.color().stroke_width(2)))
    }

    /// The lines, from one edge of the rectangle to another.
    fn lines(self, from: Spot, to: Spot) -> Vec<(Spot, Spot)> {
        let (left, top, right, bottom) = (from.0, from.1, to.0, to.1);
        let upright = || {
            (left + GAP..right)
                .step_by(GAP as usize)
                .map(|x| ((x, top), (x, bottom)))
        };
        let level = || {
            (top + GAP..bottom)
                .step_by(GAP as usize)
                .map(|y| ((left, y), (right, y)))
        };
        match self {
            Self::Full | Self::Empty => Vec::new(),
            Self::Upright => upright().collect(),
            Self::Level => level().collect(),
            Self::Grid => upright().chain(level()).collect(),
            Self::Rising => slanted(from, to),
            Self::Falling => mirrored(from, to).collect(),
            Self::Crossed => slanted(from, to)
                .into_iter()
                .chain(mirrored(from, to))
                .collect(),
        }
    }
}

/// Lines that rise to the right at 45°, cut off at the edges.
fn slanted((left, top): Spot, (right, bottom): Spot) -> Vec<(Spot, Spot)> {
    let (wide, high) = (right - left, bottom - top);
    let step = GAP * 4 / 3;
    (step..wide + high)
        .step_by(step as usize)
        .map(|sum| {
            // The points of one line have the same sum of the ways from the left and the top.
            let low = (sum - high).max(0);
            let far = sum.min(wide);
            ((left + low, top + sum - low), (left + far, top + sum - far))
        })
        .collect()
}

fn mirrored(from: Spot, to: Spot) -> impl Iterator<Item = (Spot, Spot)> {
    let flip = move |(x, y): Spot| (x, from.1 + to.1 - y);
    slanted(from, to)
        .into_iter()
        .map(move |(start, end)| (flip(start), flip(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_leaves_its_rectangle() {
        let (from, to) = ((10, 20), (95, 61));
        for hatch in [
            Hatch::Rising,
            Hatch::Falling,
            Hatch::Crossed,
            Hatch::Upright,
            Hatch::Level,
            Hatch::Grid,
        ] {
            let lines = hatch.lines(from, to);
            assert!(!lines.is_empty(), "{hatch:?}");
            for (x, y) in lines.into_iter().flat_map(|(start, end)| [start, end]) {
                assert!(
                    (10..=95).contains(&x) && (20..=61).contains(&y),
                    "{hatch:?}"
                );
            }
        }
    }
}
