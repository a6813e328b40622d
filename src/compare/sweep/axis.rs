//! Which number of the load a sweep changes, and to what.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use thiserror::Error;

use super::AxisName;
use crate::model::load::{Load, LoadError};

/// The steps of a sweep: `threads=1,2,4`, `hold=0ms,1ms`.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    name: AxisName,
    steps: Vec<Step>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Whole(u32),
    Number(f64),
    Time(Duration),
}

/// Why a text names no axis.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AxisError {
    /// There is no `=` in it.
    #[error("{0:?} is not an axis: write NAME=VALUE,VALUE,… as in `threads=1,4,16`")]
    NoValues(String),
    /// There is no such axis.
    #[error("there is no axis {0:?}; there are threads, items, skew, hold and pool")]
    UnknownName(String),
    /// The value is not of the axis' kind.
    #[error("{0} cannot be {1:?}: {2}")]
    BadValue(String, String, String),
    /// The values do not rise.
    #[error("an axis needs at least two values, in ascending order")]
    NotRising,
}

impl Steps {
    /// The number that is changed.
    pub fn name(&self) -> AxisName {
        self.name
    }

    /// `base` at each step.
    pub fn loads(&self, base: &Load) -> Vec<Load> {
        self.steps.iter().map(|step| self.at(step, base)).collect()
    }

    /// Makes sure that every step makes a run.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self, base: &Load) -> Result<(), LoadError> {
        self.loads(base).iter().try_for_each(Load::check)
    }

    /// Whether the values grow by factors rather than by sums: the steps differ by more than
    /// twice, and none is 0.
    pub fn is_logarithmic(&self) -> bool {
        let values = self.values();
        let gaps = values.windows(2).map(|pair| pair[1] - pair[0]);
        let (least, most) = gaps.fold((f64::MAX, 0.0_f64), |(least, most), gap| {
            (least.min(gap), most.max(gap))
        });
        values[0] > 0.0 && most > 2.0 * least
            || values[0] > 0.0 && values.len() == 2 && values[1] >= 2.0 * values[0]
    }

    /// The values as numbers; a time in microseconds.
    pub fn values(&self) -> Vec<f64> {
        let number = |step: &Step| match step {
            Step::Whole(number) => f64::from(*number),
            Step::Number(number) => *number,
            Step::Time(time) => time.as_secs_f64() * 1e6,
        };
        self.steps.iter().map(number).collect()
    }

    /// The values as people write them.
    pub(super) fn shown(&self) -> Vec<String> {
        let shown = |step: &Step| match step {
            Step::Whole(number) => number.to_string(),
            Step::Number(number) => number.to_string(),
            Step::Time(time) => humantime::format_duration(*time).to_string(),
        };
        self.steps.iter().map(shown).collect()
    }

    pub(super) fn unit(&self) -> &'static str {
        match self.name {
            AxisName::Hold => "µs",
            _ => "",
        }
    }

    /// The most connections that any step needs.
    pub fn connections(&self, base: &Load) -> u32 {
        let pools = self.loads(base).into_iter().map(|load| load.pool);
        pools.max().unwrap_or(base.pool)
    }

    fn at(&self, step: &Step, base: &Load) -> Load {
        let mut load = base.clone();
        match (self.name, step) {
            (AxisName::Threads, Step::Whole(threads)) => {
                // Each buyer has a connection of its own, unless the pool was made smaller.
                load.pool = match base.pool < base.threads {
                    true => base.pool.min(*threads),
                    false => *threads,
                };
                load.threads = *threads;
            }
            (AxisName::Items, Step::Whole(items)) => load.items = (*items).into(),
            (AxisName::Pool, Step::Whole(pool)) => load.pool = (*pool).min(base.threads),
            (AxisName::Skew, Step::Number(skew)) => load.skew = *skew,
            (AxisName::Hold, Step::Time(hold)) => load.hold = *hold,
            // `from_str` makes no others.
            _ => {}
        }
        load
    }
}

impl fmt::Display for Steps {
    /// As it is written: `threads=1,2,4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.shown().join(","))
    }
}

impl FromStr for Steps {
    type Err = AxisError;

    fn from_str(text: &str) -> Result<Self, AxisError> {
        let (name, values) = text
            .split_once('=')
            .ok_or_else(|| AxisError::NoValues(text.to_owned()))?;
        let name = AxisName::from_str(name.trim(), false)
            .map_err(|_| AxisError::UnknownName(name.to_owned()))?;
        let steps: Result<Vec<Step>, AxisError> = values
            .split(',')
            .map(|value| step(name, value.trim()))
            .collect();
        let steps = Self {
            name,
            steps: steps?,
        };
        let values = steps.values();
        if values.len() < 2 || !values.is_sorted_by(|one, next| one < next) {
            return Err(AxisError::NotRising);
        }
        Ok(steps)
    }
}

fn step(name: AxisName, value: &str) -> Result<Step, AxisError> {
    let refuse = |why: String| {
        let shown = name.to_possible_value();
        let name = shown.map(|shown| shown.get_name().to_owned());
        AxisError::BadValue(name.unwrap_or_default(), value.to_owned(), why)
    };
    match name {
        AxisName::Threads | AxisName::Items | AxisName::Pool => {
            let number = value.parse::<u32>();
            number
                .map(Step::Whole)
                .map_err(|error| refuse(error.to_string()))
        }
        AxisName::Skew => {
            let number = value.parse::<f64>();
            number
                .map(Step::Number)
                .map_err(|error| refuse(error.to_string()))
        }
        AxisName::Hold if value == "0" => Ok(Step::Time(Duration::ZERO)),
        AxisName::Hold => {
            let time = humantime::parse_duration(value);
            time.map(Step::Time)
                .map_err(|error| refuse(error.to_string()))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Steps {
        text.parse().unwrap()
    }

    #[test]
    fn each_axis_changes_its_own_number() {
        let base = Load::default();
        let loads = steps("threads=1,16").loads(&base);
        assert_eq!((loads[1].threads, loads[1].pool), (16, 16));
        assert_eq!(steps("items=1,1000").loads(&base)[1].items, 1000);
        assert_eq!(steps("skew=0,0.9").loads(&base)[1].skew, 0.9);
        let hold = steps("hold=0,10ms").loads(&base)[1].hold;
        assert_eq!(hold, Duration::from_millis(10));
        assert_eq!(steps("pool=2,4").loads(&base)[0].pool, 2);
        assert_eq!(steps("threads=1,16").connections(&base), 16);
    }

    #[test]
    fn a_pool_that_was_made_smaller_stays_so() {
        let base = Load {
            pool: 4,
            ..Load::default()
        };
        let pools: Vec<u32> = steps("threads=2,8,32")
            .loads(&base)
            .iter()
            .map(|load| load.pool)
            .collect();
        assert_eq!(pools, [2, 4, 4]);
    }

    #[test]
    fn factors_are_drawn_on_a_logarithmic_axis_and_sums_are_not() {
        assert!(steps("items=1,10,100").is_logarithmic());
        assert!(steps("threads=1,2,4,8").is_logarithmic());
        assert!(!steps("threads=2,4,6,8").is_logarithmic());
        assert!(!steps("skew=0,0.6,0.9,1.2").is_logarithmic());
        assert!(!steps("hold=0,1ms,10ms").is_logarithmic());
    }

    #[test]
    fn what_is_no_axis_is_refused_with_what_to_write() {
        let refusal = |text: &str| text.parse::<Steps>().unwrap_err().to_string();
        assert!(refusal("threads").contains("NAME=VALUE"));
        assert!(refusal("speed=1,2").contains("threads, items"));
        assert!(refusal("threads=1,two").contains("threads cannot be \"two\""));
        assert!(refusal("hold=1,2").contains("hold cannot be \"1\""));
        assert!(refusal("items=10,1").contains("ascending order"));
        assert!(refusal("items=10").contains("at least two values"));
    }

    #[test]
    fn a_step_that_makes_no_run_is_found_before_anything_runs() {
        let refused = steps("threads=0,1").check(&Load::default());
        assert_eq!(refused, Err(LoadError::NoThreads));
    }
}
