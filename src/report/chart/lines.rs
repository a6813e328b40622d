//! Lines with bands against an axis, and where they cross.

use anyhow::Result;
use plotters::element::{Polygon, Rectangle};
use plotters::style::Color;

use super::canvas::{self, Area, Failed, Spot, WIDTH, WORDS, Words, fitted, rule, width};
use super::figure::{Figure, Room};
use super::ink::{FAINT, TEXT};
use super::label::apart;
use super::look::Look;
use super::{Axis, Picture};

/// How high the picture is.
const HEIGHT: i32 = 860;
/// From the name of one line to that of the next.
const GAP: i32 = 34;

/// Lines in one frame.
#[derive(Clone, Debug)]
pub struct Lines {
    /// What the picture shows, in one line.
    pub title: String,
    /// The same at length, for whoever does not see it.
    pub description: String,
    /// From the left to the right.
    pub x: Axis,
    /// From below to above.
    pub y: Axis,
    /// The lines.
    pub lines: Vec<Line>,
    /// Where they cross.
    pub crossings: Vec<Crossing>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name, which stands at its end.
    pub name: String,
    /// Its place among all that there are, which decides how it looks; the same in all pictures
    /// of a page.
    pub look: usize,
    /// Its points, from the left to the right.
    pub points: Vec<Point>,
    /// Whether its points are marked.
    pub marked: bool,
}

/// One point of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Along the axis.
    pub x: f64,
    /// What was measured there.
    pub y: f64,
    /// The interval around it, where there is one.
    pub band: Option<(f64, f64)>,
}

/// Where two lines cross.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// What it is called in the words beside the picture.
    pub letter: String,
    /// Where on the axis.
    pub x: f64,
    /// The interval around it, where there is one.
    pub band: Option<(f64, f64)>,
}

impl Lines {
    /// Draws them.
    ///
    /// # Errors
    /// plotters cannot draw, which on a text in memory it is not known to be unable to.
    pub fn draw(&self) -> Result<Picture> {
        let body = canvas::draw(HEIGHT, |area| {
            let names = self.lines.iter().map(|line| width(&line.name, WORDS));
            let room = Room {
                top: 110,
                right: names.max().unwrap_or(0).min(WIDTH / 4) + 90,
                bottom: 110,
                left: 140,
            };
            let figure = Figure::draw(area, room, &self.x, &self.y)?;
            for crossing in &self.crossings {
                crossing.draw(area, &figure)?;
            }
            for line in &self.lines {
                line.draw_band(area, &figure)?;
            }
            for line in &self.lines {
                line.draw(area, &figure)?;
            }
            self.names(area, &figure)
        })?;
        Ok(Picture::new(
            HEIGHT,
            body,
            self.title.clone(),
            self.description.clone(),
        ))
    }

    /// Writes each name at the end of its line.
    fn names(&self, area: &Area<'_>, figure: &Figure<'_, '_>) -> std::result::Result<(), Failed> {
        let (edge, top) = figure.far_corner();
        let (_, bottom) = figure.corner();
        let ends: Vec<(&Line, Spot)> = self
            .lines
            .iter()
            .filter_map(|line| {
                Some((
                    line,
                    figure.spot(line.points.last()?.x, line.points.last()?.y),
                ))
            })
            .collect();
        let wanted: Vec<i32> = ends.iter().map(|(_, (_, y))| *y).collect();
        let heights = apart(&wanted, GAP, top, bottom);
        for ((line, (x, y)), height) in ends.into_iter().zip(heights) {
            let look = Look(line.look);
            let at = edge + 50;
            if (x, y) != (at, height) {
                rule(area, (x + 12, y), (at - 14, height), FAINT, 1)?;
            }
            look.marker(area, (at, height))?;
            let name = fitted(&line.name, WORDS, WIDTH - at - 20);
            Words::new(look.ink()).write(area, &name, (at + 18, height))?;
        }
        Ok(())
    }
}

impl Line {
    fn draw_band(
        &self,
        area: &Area<'_>,
        figure: &Figure<'_, '_>,
    ) -> std::result::Result<(), Failed> {
        let ends = |pick: fn((f64, f64)) -> f64| {
            let banded = self.points.iter().filter_map(move |point| {
                let y = pick(point.band?);
                Some(figure.spot(point.x, y))
            });
            banded.collect::<Vec<Spot>>()
        };
        let outline: Vec<Spot> = ends(|(low, _)| low)
            .into_iter()
            .chain(ends(|(_, high)| high).into_iter().rev())
            .collect();
        if outline.len() < 4 {
            return Ok(());
        }
        let ground = Look(self.look).ink().color().mix(0.16).filled();
        area.draw(&Polygon::new(outline, ground))
    }

    fn draw(&self, area: &Area<'_>, figure: &Figure<'_, '_>) -> std::result::Result<(), Failed> {
        let look = Look(self.look);
        let spots = self
            .points
            .iter()
            .map(|point| figure.spot(point.x, point.y));
        let spots: Vec<Spot> = spots.collect();
        look.line(area, &spots)?;
        if self.marked {
            for spot in spots {
                look.marker(area, spot)?;
            }
        }
        Ok(())
    }
}

impl Crossing {
    fn draw(&self, area: &Area<'_>, figure: &Figure<'_, '_>) -> std::result::Result<(), Failed> {
        let (x, bottom) = figure.spot(self.x, 0.0);
        let (_, top) = figure.far_corner();
        let (_, bottom) = (x, bottom.max(figure.corner().1));
        if let Some((low, high)) = self.band {
            let (from, to) = (figure.spot(low, 0.0).0, figure.spot(high, 0.0).0);
            let ground = FAINT.color().mix(0.13).filled();
            area.draw(&Rectangle::new(
                [(from, top), (to.max(from + 2), bottom)],
                ground,
            ))?;
        }
        rule(area, (x, top), (x, bottom), FAINT, 2)?;
        Words::new(TEXT)
            .bold()
            .centred()
            .write(area, &self.letter, (x, top - 18))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn line(name: &str, look: usize, heights: &[f64]) -> Line {
        let points = heights.iter().zip([1.0, 10.0, 100.0]);
        Line {
            name: name.to_owned(),
            look,
            points: points
                .map(|(y, x)| Point {
                    x,
                    y: *y,
                    band: Some((y * 0.9, y * 1.1)),
                })
                .collect(),
            marked: true,
        }
    }

    #[test]
    fn every_line_has_its_name_and_its_band_and_every_crossing_its_letter() {
        let values = [1.0, 10.0, 100.0].map(|value| (value, format!("{value}")));
        let lines = Lines {
            title: "Speed".to_owned(),
            description: "described".to_owned(),
            x: Axis::chosen("items", values.to_vec()),
            y: Axis::measured("per second", [300.0], |value| value.to_string()),
            lines: vec![
                line("atomic", 0, &[100.0, 150.0, 200.0]),
                line("optimistic", 1, &[50.0, 160.0, 210.0]),
                line("gone after the first", 2, &[70.0]),
            ],
            crossings: vec![Crossing {
                letter: "A".to_owned(),
                x: 8.0,
                band: Some((7.0, 9.0)),
            }],
        };
        let svg = lines.draw().unwrap().svg();
        for seen in [
            "atomic",
            "optimistic",
            "gone after the first",
            "items",
            "per second",
            "\nA\n",
            "<desc id=\"description\">described</desc>",
        ] {
            assert!(svg.contains(seen), "{seen:?} in {svg}");
        }
        // The band of a line, and its marker at three points and beside its name, but for a circle.
        assert_eq!(svg.matches("<polygon").count(), 2 + 4 + 2);
        assert_eq!(svg.matches("<circle").count(), 4);
    }

    #[test]
    fn a_single_value_and_no_line_at_all_can_be_drawn() {
        for lines in [Vec::new(), vec![line("atomic", 0, &[100.0])]] {
            let lines = Lines {
                title: String::new(),
                description: String::new(),
                x: Axis::chosen("items", vec![(1.0, "1".to_owned())]),
                y: Axis::measured("per second", [], |value| value.to_string()),
                lines,
                crossings: Vec::new(),
            };
            assert!(lines.draw().unwrap().svg().ends_with("</svg>\n"));
        }
    }
}
