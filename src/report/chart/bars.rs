//! Ranked horizontal bars, each with its interval.

use anyhow::Result;
use plotters::element::Rectangle;
use plotters::style::Color;

use super::canvas::{self, Area, Failed, WIDTH, WORDS, Words, fitted, rule, width};
use super::figure::{Figure, Room};
use super::hatch::Hatch;
use super::ink::{FAINT, SERIES, TEXT};
use super::{Axis, Picture};

/// From one bar to the next.
const ROW: i32 = 64;
/// Half as high as a bar.
const HALF: i32 = 20;
/// Above the first bar.
const TOP: i32 = 12;
/// Below the last one, with the axis.
const BOTTOM: i32 = 104;

/// Bars, the longest first, and below them those that have none.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What the picture shows, in one line.
    pub title: String,
    /// The same at length, for whoever does not see it.
    pub description: String,
    /// What the length of a bar is.
    pub axis: Axis,
    /// Those that are ranked.
    pub bars: Vec<Bar>,
    /// What those are that have no bar.
    pub apart: String,
    /// Their names, and why they have none.
    pub unranked: Vec<(String, String)>,
}

/// One bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Its place, as in `1` or `2=`.
    pub rank: String,
    /// Whose it is.
    pub name: String,
    /// How long it is.
    pub value: f64,
    /// The interval around that, where there is one.
    pub band: Option<(f64, f64)>,
    /// The number in words.
    pub words: String,
}

impl Bars {
    /// Draws them.
    ///
    /// # Errors
    /// plotters cannot draw, which on a text in memory it is not known to be unable to.
    pub fn draw(&self) -> Result<Picture> {
        let apart = match self.unranked.len() as i32 {
            0 => 0,
            unranked => (unranked + 1) * ROW + 16,
        };
        let height = self.ranked_height() + apart;
        let body = canvas::draw(height, |area| {
            if !self.bars.is_empty() {
                self.ranked(area)?;
            }
            self.unranked(area, self.ranked_height())
        })?;
        Ok(Picture::new(
            height,
            body,
            self.title.clone(),
            self.description.clone(),
        ))
    }

    /// How high the frame is that the bars stand in.
    fn ranked_height(&self) -> i32 {
        match self.bars.len() as i32 {
            0 => 0,
            bars => TOP + bars * ROW + BOTTOM,
        }
    }

    /// Where the bars begin.
    fn left(&self) -> i32 {
        let names = self.bars.iter().map(|bar| &bar.name);
        let names = names.chain(self.unranked.iter().map(|(name, _)| name));
        let widest = names.map(|name| width(name, WORDS)).max().unwrap_or(0);
        widest.min(WIDTH / 3) + 130
    }

    fn ranked(&self, area: &Area<'_>) -> std::result::Result<(), Failed> {
        let left = self.left();
        let words = self.bars.iter().map(|bar| width(&bar.words, WORDS)).max();
        let (chart, _) = area.split_vertically(self.ranked_height());
        let nothing = Axis::chosen("", Vec::new());
        let room = Room {
            top: TOP,
            right: words.unwrap_or(0) + 40,
            bottom: BOTTOM,
            left,
        };
        let figure = Figure::draw(&chart, room, &self.axis, &nothing)?;
        let (start, _) = figure.corner();
        let (_, top) = figure.far_corner();
        for (index, bar) in self.bars.iter().enumerate() {
            let y = top + ROW * index as i32 + ROW / 2;
            let at = |value: f64| figure.spot(value, 0.0).0;
            let ink = SERIES[0];
            let ground = ink.color().mix(0.7).filled();
            let corners = [(start, y - HALF), (at(bar.value), y + HALF)];
            area.draw(&Rectangle::new(corners, ground))?;
            let mut end = at(bar.value);
            if let Some((low, high)) = bar.band.map(|(low, high)| (at(low), at(high))) {
                rule(area, (low, y), (high, y), TEXT, 4)?;
                rule(area, (low, y - 12), (low, y + 12), TEXT, 4)?;
                rule(area, (high, y - 12), (high, y + 12), TEXT, 4)?;
                end = end.max(high);
            }
            let words = Words::new(TEXT);
            let rank = Words::new(FAINT).to_the_left();
            rank.write(area, &bar.rank, (60, y))?;
            words.to_the_left().bold().write(
                area,
                &fitted(&bar.name, WORDS, left - 110),
                (start - 20, y),
            )?;
            words.write(area, &bar.words, (end + 24, y))?;
        }
        Ok(())
    }

    /// Those that have no bar: a hatched stub, and why.
    fn unranked(&self, area: &Area<'_>, top: i32) -> std::result::Result<(), Failed> {
        if self.unranked.is_empty() {
            return Ok(());
        }
        let left = self.left();
        let words = Words::new(FAINT);
        words.write(area, &self.apart, (6, top + ROW / 2 + 8))?;
        rule(area, (0, top + 8), (WIDTH, top + 8), FAINT, 2)?;
        for (index, (name, why)) in self.unranked.iter().enumerate() {
            let y = top + ROW * (index as i32 + 1) + ROW / 2;
            let end = left + 70;
            Hatch::Crossed.fill(area, (left, y - HALF), (end, y + HALF), FAINT)?;
            let name = fitted(name, WORDS, left - 110);
            words
                .to_the_left()
                .bold()
                .write(area, &name, (left - 20, y))?;
            let why = fitted(why, WORDS, WIDTH - end - 30);
            words.write(area, &why, (end + 24, y))?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_those_that_are_ranked_have_a_bar() {
        let bar = |rank: &str, name: &str, value: f64| Bar {
            rank: rank.to_owned(),
            name: name.to_owned(),
            value,
            band: Some((value - 10.0, value + 10.0)),
            words: format!("{value} (± 10)"),
        };
        let bars = Bars {
            title: "Speed <of all>".to_owned(),
            description: String::new(),
            axis: Axis::from_nothing("per second", [110.0], |value| value.to_string()),
            bars: vec![bar("1=", "atomic", 100.0), bar("1=", "mutex", 95.0)],
            apart: "not ranked".to_owned(),
            unranked: vec![("naive".to_owned(), "oversold by 7".to_owned())],
        };
        let svg = bars.draw().unwrap().svg();
        for seen in [
            "atomic",
            "mutex",
            "1=",
            "100 (± 10)",
            "95 (± 10)",
            "per second",
            "not ranked",
            "naive",
            "oversold by 7",
            "Speed &lt;of all&gt;",
        ] {
            assert!(svg.contains(seen), "{seen} in {svg}");
        }
        assert_eq!(svg.matches("fill-blue\" fill").count(), 2);
    }
}
