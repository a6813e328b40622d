//! How much of all schedules a run has gone through that may have been cut.

use std::fmt;

use serde::Serialize;

/// How much of all schedules was run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Extent {
    /// Different schedules that were run.
    pub distinct: u64,
    /// How many there are to be run, where that is known, since all of them were; `null` otherwise.
    pub all: Option<u64>,
    /// How many there are, about: by Knuth's estimate, from those schedules that were chosen by a
    /// fair chance at every step. `null` where there are too few of these, or they differ too much.
    pub estimated: Option<f64>,
    /// The share of them that was run: exact where all were, about where their number is
    /// estimated, `null` where it is not known.
    pub share: Option<f64>,
    /// How likely it is that a schedule, chosen by a fair chance at every step, is one of those that
    /// were run.
    pub likelihood: f64,
}

impl Extent {
    /// All that there are were run.
    pub(super) fn whole(schedules: u64) -> Self {
        Self {
            distinct: schedules,
            all: Some(schedules),
            estimated: None,
            share: Some(1.0),
            likelihood: 1.0,
        }
    }

    /// So many were run, of about that many, if that is known.
    pub(super) fn part(distinct: u64, estimated: Option<f64>, likelihood: f64) -> Self {
        // There are no fewer than were run.
        let estimated = estimated.map(|about| about.max(distinct as f64));
        Self {
            distinct,
            all: None,
            estimated,
            share: estimated.map(|about| distinct as f64 / about.max(1.0)),
            likelihood: likelihood.min(1.0),
        }
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let distinct = grouped(&self.distinct.to_string());
        match (self.all, self.estimated.zip(self.share)) {
            (Some(all), _) => write!(f, "all {}", grouped(&all.to_string())),
            (None, Some((about, share))) => write!(
                f,
                "{distinct} different ones of about {}: {}",
                rounded(about),
                percent(share)
            ),
            (None, None) => write!(
                f,
                "{distinct} different ones of an unknown number; of schedules that are chosen by a \
                 fair chance at every step {} are among them",
                percent(self.likelihood)
            ),
        }
    }
}

/// Two digits of a number that is an estimate: 45,678 as "46,000".
pub(super) fn rounded(number: f64) -> String {
    let digits = number.max(1.0).log10().floor() as i32 - 1;
    let step = 10_f64.powi(digits.max(0));
    grouped(&format!("{:.0}", (number / step).round() * step))
}

fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A share in words: what is not everything is never 100 %, what is not nothing never 0 %.
fn percent(share: f64) -> String {
    match share * 100.0 {
        100.0.. => "100 %".to_owned(),
        99.0.. => "more than 99 %".to_owned(),
        percent @ 10.0.. => format!("{percent:.0} %"),
        percent @ 0.1.. => format!("{percent:.1} %"),
        0.0 => "0 %".to_owned(),
        _ => "less than 0.1 %".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_told_and_what_is_not_is_unknown() {
        assert_eq!(Extent::whole(1_968).to_string(), "all 1,968");
        assert_eq!(
            Extent::part(1_250, Some(45_678.0), 0.5).to_string(),
            "1,250 different ones of about 46,000: 2.7 %"
        );
        assert_eq!(
            Extent::part(3, None, 0.015_625).to_string(),
            "3 different ones of an unknown number; of schedules that are chosen by a fair chance at \
             every step 1.6 % are among them"
        );
    }

    #[test]
    fn there_are_never_fewer_than_were_run() {
        let found = Extent::part(24, Some(22.5), 1.000_001);
        assert_eq!((found.estimated, found.share), (Some(24.0), Some(1.0)));
        assert_eq!(found.likelihood, 1.0);
    }

    #[test]
    fn a_share_is_told_with_as_many_digits_as_it_takes() {
        let of = [0.0, 0.000_2, 0.004, 0.123, 0.996, 1.0].map(percent);
        let words = [
            "0 %",
            "less than 0.1 %",
            "0.4 %",
            "12 %",
            "more than 99 %",
            "100 %",
        ];
        assert_eq!(of, words);
    }
}
