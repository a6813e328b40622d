//! Colours that can be told apart, on light paper and on dark.
//!
//! The hues are Okabe and Ito's (*Color Universal Design*, 2008), darkened on light paper and
//! lightened on dark until a thin line stands out from it (3:1, WCAG 2.1, 1.4.11).
//!
//! A drawing is made with the colours for light paper. Each is used for one purpose only, so
//! that it can be found again in the SVG and given a class, which changes it in the dark.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// What something is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ink {
    /// The class in the SVG, and the custom property in the style.
    pub(super) name: &'static str,
    light: u32,
    dark: u32,
}

const fn ink(name: &'static str, light: u32, dark: u32) -> Ink {
    Ink { name, light, dark }
}

/// Words, and the ends of intervals.
pub(super) const TEXT: Ink = ink("text", 0x16181D, 0xECEEF2);
/// Words that matter less, and what is not ranked.
pub(super) const FAINT: Ink = ink("faint", 0x5B626E, 0xA4ADBA);
/// The lines behind a chart.
pub(super) const GRID: Ink = ink("grid", 0xD5D9E0, 0x3A404B);
/// The ground, under words that stand on something else.
pub(super) const PAPER: Ink = ink("paper", 0xFFFFFF, 0x14161A);

/// For one series after the other.
pub(super) const SERIES: [Ink; 7] = [
    ink("blue", 0x0072B2, 0x56B4E9),
    ink("vermilion", 0xD55E00, 0xFF9040),
    ink("green", 0x007A5A, 0x3FD0A4),
    ink("purple", 0xA83F80, 0xE58FC4),
    ink("mustard", 0x8A6D00, 0xF0E442),
    ink("indigo", 0x4A50C8, 0xA3A8FF),
    ink("brown", 0x7A4A2B, 0xD8B08C),
];

/// All of them.
fn all() -> impl Iterator<Item = Ink> {
    [TEXT, FAINT, GRID, PAPER].into_iter().chain(SERIES)
}

impl Ink {
    /// The colour as the drawing has it.
    pub(super) fn color(self) -> RGBColor {
        let [_, red, green, blue] = self.light.to_be_bytes();
        RGBColor(red, green, blue)
    }
}

/// Gives everything that has a colour the class that changes it in the dark. The colour stays,
/// for whoever knows no style.
pub(super) fn classified(svg: &str) -> String {
    all().fold(svg.to_owned(), |svg, Ink { name, light, .. }| {
        svg.replace(
            &format!("fill=\"#{light:06X}\""),
            &format!("class=\"fill-{name}\" fill=\"#{light:06X}\""),
        )
        .replace(
            &format!("stroke=\"#{light:06X}\""),
            &format!("class=\"line-{name}\" stroke=\"#{light:06X}\""),
        )
    })
}

/// The style that the charts need, on light paper, on dark, and in print.
pub fn style() -> String {
    let properties = |pick: fn(Ink) -> u32| {
        all().fold(String::new(), |mut text, ink| {
            let _ = write!(text, "--chart-{}:#{:06x};", ink.name, pick(ink));
            text
        })
    };
    let light = properties(|ink| ink.light);
    let dark = properties(|ink| ink.dark);
    let mut style = format!(
        ".chart{{{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{.chart{{{dark}}}}}\n"
    );
    for Ink { name, .. } in all() {
        let _ = writeln!(
            style,
            ".fill-{name}{{fill:var(--chart-{name})}}.line-{name}{{stroke:var(--chart-{name})}}"
        );
    }
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of WCAG 2.1.
    fn luminance(color: u32) -> f64 {
        let [_, red, green, blue] = color.to_be_bytes().map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: u32, other: u32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_line_stands_out_and_every_word_can_be_read_on_both_papers() {
        for (ink, least) in SERIES
            .map(|ink| (ink, 3.0))
            .into_iter()
            .chain([(TEXT, 7.0), (FAINT, 4.5)])
        {
            let light = contrast(ink.light, PAPER.light);
            let dark = contrast(ink.dark, PAPER.dark);
            assert!(light >= least, "{} on light paper: {light:.1}", ink.name);
            assert!(dark >= least, "{} on dark paper: {dark:.1}", ink.name);
        }
    }

    #[test]
    fn each_colour_is_used_once_and_changes_in_the_dark() {
        for (index, ink) in all().enumerate() {
            assert_ne!(ink.light, ink.dark, "{}", ink.name);
            let same = all().skip(index + 1).find(|other| other.light == ink.light);
            assert_eq!(same, None, "{}", ink.name);
        }
    }

    #[test]
    fn a_colour_gets_its_class() {
        assert_eq!(
            classified(r##"<line stroke="#16181D"/><rect fill="#0072B2"/><rect fill="none"/>"##),
            r##"<line class="line-text" stroke="#16181D"/><rect class="fill-blue" fill="#0072B2"/><rect fill="none"/>"##
        );
    }
}
