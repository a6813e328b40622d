//! One of those that are compared: a candidate, the name it goes by, and what of the load is
//! its own.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use thiserror::Error;

use crate::model::candidate::{Candidate, Overrides};
use crate::model::load::Load;
use crate::model::named::Named;
use crate::model::strategy::Strategy;

/// One of those that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedCandidate {
    /// The name it goes by, which no other has.
    pub label: String,
    /// How it sells.
    pub candidate: Candidate,
    /// How long its buyers think; `None`: as long as everybody's.
    pub hold: Option<Duration>,
}

/// Why a text names no candidate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CandidateError {
    /// No row has that name.
    #[error("there is no strategy or mistake {0:?}; there are {1}")]
    UnknownRow(String, String),
    /// What follows a `+` replaces nothing.
    #[error("{0:?} replaces no choice: write CHOICE=VALUE, where CHOICE is one of {CHOICES}")]
    NoChoice(String),
    /// No choice has that name.
    #[error("there is no choice {0:?}; there are {CHOICES}")]
    UnknownChoice(String),
    /// The choice has no such value.
    #[error("{0} cannot be {1:?}: {2}")]
    BadValue(String, String, String),
    /// The name before the `=` is empty.
    #[error("{0:?} begins with an empty label")]
    NoLabel(String),
}

/// The choices that a candidate can replace. To add one: its name here, and its line in
/// [`ComparedCandidate::replace`].
const CHOICES: &str = "guard, isolation, read, write, layout, dispatch, gate, hold";

impl ComparedCandidate {
    /// The load of all, with what is this one's own.
    pub fn load(&self, load: &Load) -> Load {
        Load {
            hold: self.hold.unwrap_or(load.hold),
            ..load.clone()
        }
    }

    /// Why a round of that load could not measure it; `None` where it can.
    pub fn refusal(&self, load: &Load) -> Option<String> {
        let Load { duration, hold, .. } = self.load(load);
        let shown = |time: Duration| humantime::format_duration(time).to_string();
        duration.filter(|duration| hold >= *duration).map(|duration| {
            format!(
                "{} holds for {}, so no order can finish within a round of {}: use a longer --duration",
                self.label,
                shown(hold),
                shown(duration)
            )
        })
    }

    /// Replaces one choice, of the row or of the load.
    fn replace(
        &mut self,
        overrides: &mut Overrides,
        choice: &str,
        value: &str,
    ) -> Result<(), CandidateError> {
        match choice {
            "guard" => overrides.guard = Some(value_of(choice, value)?),
            "isolation" => overrides.isolation = Some(value_of(choice, value)?),
            "read" => overrides.read = Some(value_of(choice, value)?),
            "write" => overrides.write = Some(value_of(choice, value)?),
            "layout" => overrides.layout = Some(value_of(choice, value)?),
            "dispatch" => overrides.dispatch = Some(value_of(choice, value)?),
            "gate" => overrides.gate = Some(places(choice, value)?),
            "hold" => self.hold = Some(time(choice, value)?),
            _ => return Err(CandidateError::UnknownChoice(choice.to_owned())),
        }
        Ok(())
    }
}

impl From<Strategy> for ComparedCandidate {
    fn from(strategy: Strategy) -> Self {
        Self::from(Candidate::from(strategy))
    }
}

impl From<Candidate> for ComparedCandidate {
    fn from(candidate: Candidate) -> Self {
        Self {
            label: candidate.name.clone(),
            candidate,
            hold: None,
        }
    }
}

impl FromStr for ComparedCandidate {
    type Err = CandidateError;

    /// Understands `[LABEL=]ROW[+CHOICE=VALUE]…`.
    fn from_str(text: &str) -> Result<Self, CandidateError> {
        let mut parts = text.split('+');
        let first = parts.next().unwrap_or_default();
        let (label, row) = match first.split_once('=') {
            Some((label, row)) => (Some(label.trim()), row.trim()),
            None => (None, first.trim()),
        };
        if label.is_some_and(str::is_empty) {
            return Err(CandidateError::NoLabel(text.to_owned()));
        }
        let base = Named::from_str(row, false)
            .map_err(|_| CandidateError::UnknownRow(row.to_owned(), names::<Named>()))?;
        let mut compared = Self::from(Candidate::from(base));
        let mut overrides = Overrides::default();
        for part in parts {
            let (choice, value) = part
                .split_once('=')
                .ok_or_else(|| CandidateError::NoChoice(part.to_owned()))?;
            compared.replace(&mut overrides, choice.trim(), value.trim())?;
        }
        compared.candidate = Candidate::new(base, overrides);
        compared.label = match (label, compared.hold) {
            (Some(label), _) => label.to_owned(),
            (None, None) => compared.candidate.name.clone(),
            (None, Some(hold)) => {
                let hold = humantime::format_duration(hold);
                format!("{} + hold {hold}", compared.candidate.name)
            }
        };
        Ok(compared)
    }
}

fn value_of<V: ValueEnum>(choice: &str, value: &str) -> Result<V, CandidateError> {
    V::from_str(value, false).map_err(|_| {
        let known = format!("there are {}", names::<V>());
        CandidateError::BadValue(choice.to_owned(), value.to_owned(), known)
    })
}

fn time(choice: &str, value: &str) -> Result<Duration, CandidateError> {
    match value {
        "0" => Ok(Duration::ZERO),
        _ => humantime::parse_duration(value).map_err(|error| {
            CandidateError::BadValue(choice.to_owned(), value.to_owned(), error.to_string())
        }),
    }
}

fn places(choice: &str, value: &str) -> Result<NonZeroU32, CandidateError> {
    value.parse().map_err(|_| {
        let wanted = "a number from 1 up".to_owned();
        CandidateError::BadValue(choice.to_owned(), value.to_owned(), wanted)
    })
}

/// The values of a choice, for whoever got one wrong.
fn names<V: ValueEnum>() -> String {
    let values = V::value_variants().iter();
    let names: Vec<String> = values
        .filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()))
        .collect();
    names.join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::model::strategy::{Guard, Read};

    #[test]
    fn a_row_alone_goes_by_its_own_name() {
        let compared: ComparedCandidate = "pessimistic".parse().unwrap();
        assert_eq!(compared, Strategy::Pessimistic.into());
        assert_eq!(compared.label, "pessimistic");
    }

    #[test]
    fn a_label_and_choices_make_another_one_of_it() {
        let compared: ComparedCandidate =
            "slow=pessimistic+guard=mutex+hold=200us".parse().unwrap();
        assert_eq!(compared.label, "slow");
        assert_eq!(compared.candidate.plan.guard, Guard::Mutex);
        assert_eq!(compared.candidate.plan.read, Read::ForUpdate);
        assert_eq!(compared.hold, Some(Duration::from_micros(200)));
        let load = compared.load(&Load::default());
        assert_eq!(load.hold, Duration::from_micros(200));
    }

    #[test]
    fn without_a_label_what_was_replaced_is_in_the_name() {
        let compared: ComparedCandidate = "atomic+hold=1ms".parse().unwrap();
        assert_eq!(compared.label, "atomic + hold 1ms");
        let compared: ComparedCandidate = "optimistic+read=for-update".parse().unwrap();
        assert_eq!(compared.label, "optimistic + read for-update");
    }

    #[test]
    fn who_thinks_for_longer_than_a_round_cannot_be_measured_in_it() {
        let compared: ComparedCandidate = "atomic+hold=1s".parse().unwrap();
        let load = Load {
            orders: None,
            duration: Some(Duration::from_millis(500)),
            ..Load::default()
        };
        assert!(
            compared
                .refusal(&load)
                .unwrap()
                .contains("longer --duration")
        );
        assert_eq!(
            ComparedCandidate::from(Strategy::Atomic).refusal(&load),
            None
        );
        assert_eq!(compared.refusal(&Load::default()), None);
    }

    #[test]
    fn what_names_nothing_lists_what_there_is() {
        let refusal = |text: &str| text.parse::<ComparedCandidate>().unwrap_err().to_string();
        assert!(refusal("optimist").contains("pessimistic, nowait"));
        assert!(refusal("atomic+speed=9").contains("guard, isolation"));
        assert!(refusal("atomic+hold").contains("CHOICE=VALUE"));
        assert!(refusal("atomic+guard=moat").contains("none, mutex"));
        assert!(refusal("atomic+hold=9").contains("hold cannot be \"9\""));
        assert!(refusal("=atomic").contains("empty label"));
    }
}
