//! Bars of equal length, parted by what they consist of.

use anyhow::Result;

use super::Picture;
use super::canvas::{self, Area, Failed, WIDTH, WORDS, Words, fitted, width};
use super::hatch::Hatch;
use super::ink::{FAINT, Ink, SERIES, TEXT};

/// From one bar to the next.
const ROW: i32 = 68;
/// Half as high as a bar.
const HALF: i32 = 23;
/// From one line of the legend to the next.
const LINE: i32 = 48;

/// How many parts a bar can be told apart into.
const PARTS: usize = 8;

/// How each part looks.
const LOOKS: [(Ink, Hatch); PARTS] = [
    (SERIES[0], Hatch::Full),
    (SERIES[1], Hatch::Rising),
    (SERIES[3], Hatch::Crossed),
    (SERIES[4], Hatch::Upright),
    (SERIES[5], Hatch::Grid),
    (SERIES[2], Hatch::Falling),
    (SERIES[6], Hatch::Level),
    (FAINT, Hatch::Empty),
];

/// Bars of equal length.
#[derive(Clone, Debug)]
pub struct Shares {
    /// What the picture shows, in one line.
    pub title: String,
    /// The same at length, for whoever does not see it.
    pub description: String,
    /// What each part is; no more than eight.
    pub parts: Vec<String>,
    /// The bars.
    pub stacks: Vec<Stack>,
}

/// One bar.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Whose it is.
    pub name: String,
    /// How much each part is of the whole, which is 1.
    pub shares: Vec<f64>,
}

impl Shares {
    /// Draws them.
    ///
    /// # Errors
    /// plotters cannot draw, which on a text in memory it is not known to be unable to.
    pub fn draw(&self) -> Result<Picture> {
        let legend = self.legend();
        let lines = legend.last().map_or(0, |(_, (_, line))| line + 1);
        let top = lines * LINE + 24;
        let height = top + self.stacks.len() as i32 * ROW + 8;
        let body = canvas::draw(height, |area| {
            for (part, (x, line)) in &legend {
                self.entry(area, *part, (*x, line * LINE + LINE / 2 + 4))?;
            }
            let names = self.stacks.iter().map(|stack| width(&stack.name, WORDS));
            let left = names.max().unwrap_or(0).min(WIDTH / 3) + 60;
            for (index, stack) in self.stacks.iter().enumerate() {
                let y = top + index as i32 * ROW + ROW / 2;
                let name = fitted(&stack.name, WORDS, left - 24);
                Words::new(TEXT)
                    .to_the_left()
                    .bold()
                    .write(area, &name, (left - 20, y))?;
                stack.draw(area, left, y)?;
            }
            Ok(())
        })?;
        Ok(Picture::new(
            height,
            body,
            self.title.clone(),
            self.description.clone(),
        ))
    }

    /// The parts that any bar has, and where in the legend they stand: how far to the right, and
    /// in which line.
    fn legend(&self) -> Vec<(usize, (i32, i32))> {
        let (mut x, mut line) = (0, 0);
        let mut legend = Vec::new();
        for (part, name) in self.parts.iter().enumerate().take(PARTS) {
            let of = |stack: &Stack| stack.shares.get(part).copied().unwrap_or(0.0);
            if self.stacks.iter().all(|stack| of(stack) < 0.0005) {
                continue;
            }
            let wide = 70 + width(name, WORDS) + 30;
            if x > 0 && x + wide > WIDTH {
                (x, line) = (0, line + 1);
            }
            legend.push((part, (x, line)));
            x += wide;
        }
        legend
    }

    fn entry(
        &self,
        area: &Area<'_>,
        part: usize,
        (x, y): (i32, i32),
    ) -> std::result::Result<(), Failed> {
        let (ink, hatch) = LOOKS[part];
        hatch.fill(area, (x + 4, y - 16), (x + 54, y + 16), ink)?;
        Words::new(TEXT).write(area, &self.parts[part], (x + 68, y))
    }
}

impl Stack {
    fn draw(&self, area: &Area<'_>, left: i32, y: i32) -> std::result::Result<(), Failed> {
        let whole = f64::from(WIDTH - left - 6);
        let mut before = 0.0;
        for (share, (ink, hatch)) in self.shares.iter().zip(LOOKS) {
            let from = left + (before * whole).round() as i32;
            before += share;
            let to = left + (before.min(1.0) * whole).round() as i32;
            hatch.fill(area, (from, y - HALF), (to, y + HALF), ink)?;
            let words = format!("{:.0} %", share * 100.0);
            if to - from > width(&words, WORDS) + 24 {
                Words::new(TEXT).write_on_paper(area, &words, ((from + to) / 2, y))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_no_bar_has_is_not_in_the_legend() {
        let shares = Shares {
            title: String::new(),
            description: String::new(),
            parts: ["useful", "waiting", "wasted"].map(str::to_owned).to_vec(),
            stacks: vec![Stack {
                name: "atomic".to_owned(),
                shares: vec![0.75, 0.0, 0.25],
            }],
        };
        let svg = shares.draw().unwrap().svg();
        for seen in ["atomic", "useful", "wasted", "75 %", "25 %"] {
            assert!(svg.contains(seen), "{seen} in {svg}");
        }
        assert!(!svg.contains("waiting") && !svg.contains("0 %\n0 %"));
    }
}
