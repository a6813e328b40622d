//! One of those that are compared: a contender, the name it goes by, and what of the load is
//! its own.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use thiserror::Error;

use crate::contender::{Contender, Overrides};
use crate::load::Load;
use crate::named::Named;
use crate::strategy::Strategy;

/// One of those that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrant {
    /// The name it goes by, which no other has.
    pub label: String,
    /// How it sells.
    pub contender: Contender,
    /// How long its buyers think; `None`: as long as everybody's.
    pub hold: Option<Duration>,
}

/// Why a text names no entrant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EntrantError {
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

/// The choices that an entrant can replace. To add one: its name here, and its line in
/// [`Entrant::replace`].
const CHOICES: &str = "guard, isolation, read, write, layout, dispatch, gate, hold";

impl Entrant {
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
                "{} thinks for {}, so that no order can end within a round of {}: use a longer --duration",
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
    ) -> Result<(), EntrantError> {
        match choice {
            "guard" => overrides.guard = Some(value_of(choice, value)?),
            "isolation" => overrides.isolation = Some(value_of(choice, value)?),
            "read" => overrides.read = Some(value_of(choice, value)?),
            "write" => overrides.write = Some(value_of(choice, value)?),
            "layout" => overrides.layout = Some(value_of(choice, value)?),
            "dispatch" => overrides.dispatch = Some(value_of(choice, value)?),
            "gate" => overrides.gate = Some(places(choice, value)?),
            "hold" => self.hold = Some(time(choice, value)?),
            _ => return Err(EntrantError::UnknownChoice(choice.to_owned())),
        }
        Ok(())
    }
}

impl From<Strategy> for Entrant {
    fn from(strategy: Strategy) -> Self {
        Self::from(Contender::from(strategy))
    }
}

impl From<Contender> for Entrant {
    fn from(contender: Contender) -> Self {
        Self {
            label: contender.name.clone(),
            contender,
            hold: None,
        }
    }
}

impl FromStr for Entrant {
    type Err = EntrantError;

    /// Understands `[LABEL=]ROW[+CHOICE=VALUE]…`.
    fn from_str(text: &str) -> Result<Self, EntrantError> {
        let mut parts = text.split('+');
        let first = parts.next().unwrap_or_default();
        let (label, row) = match first.split_once('=') {
            Some((label, row)) => (Some(label.trim()), row.trim()),
            None => (None, first.trim()),
        };
        if label.is_some_and(str::is_empty) {
            return Err(EntrantError::NoLabel(text.to_owned()));
        }
        let base = Named::from_str(row, false)
            .map_err(|_| EntrantError::UnknownRow(row.to_owned(), names::<Named>()))?;
        let mut entrant = Self::from(Contender::from(base));
        let mut overrides = Overrides::default();
        for part in parts {
            let (choice, value) = part
                .split_once('=')
                .ok_or_else(|| EntrantError::NoChoice(part.to_owned()))?;
            entrant.replace(&mut overrides, choice.trim(), value.trim())?;
        }
        entrant.contender = Contender::new(base, overrides);
        entrant.label = match (label, entrant.hold) {
            (Some(label), _) => label.to_owned(),
            (None, None) => entrant.contender.name.clone(),
            (None, Some(hold)) => {
                let hold = humantime::format_duration(hold);
                format!("{} + hold {hold}", entrant.contender.name)
            }
        };
        Ok(entrant)
    }
}

fn value_of<V: ValueEnum>(choice: &str, value: &str) -> Result<V, EntrantError> {
    V::from_str(value, false).map_err(|_| {
        let known = format!("there are {}", names::<V>());
        EntrantError::BadValue(choice.to_owned(), value.to_owned(), known)
    })
}

fn time(choice: &str, value: &str) -> Result<Duration, EntrantError> {
    match value {
        "0" => Ok(Duration::ZERO),
        _ => humantime::parse_duration(value).map_err(|error| {
            EntrantError::BadValue(choice.to_owned(), value.to_owned(), error.to_string())
        }),
    }
}

fn places(choice: &str, value: &str) -> Result<NonZeroU32, EntrantError> {
    value.parse().map_err(|_| {
        let wanted = "a number from 1 up".to_owned();
        EntrantError::BadValue(choice.to_owned(), value.to_owned(), wanted)
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
    use crate::strategy::{Guard, Read};

    #[test]
    fn a_row_alone_goes_by_its_own_name() {
        let entrant: Entrant = "pessimistic".parse().unwrap();
        assert_eq!(entrant, Strategy::Pessimistic.into());
        assert_eq!(entrant.label, "pessimistic");
    }

    #[test]
    fn a_label_and_choices_make_another_one_of_it() {
        let entrant: Entrant = "slow=pessimistic+guard=mutex+hold=200us".parse().unwrap();
        assert_eq!(entrant.label, "slow");
        assert_eq!(entrant.contender.plan.guard, Guard::Mutex);
        assert_eq!(entrant.contender.plan.read, Read::ForUpdate);
        assert_eq!(entrant.hold, Some(Duration::from_micros(200)));
        let load = entrant.load(&Load::default());
        assert_eq!(load.hold, Duration::from_micros(200));
    }

    #[test]
    fn without_a_label_what_was_replaced_is_in_the_name() {
        let entrant: Entrant = "atomic+hold=1ms".parse().unwrap();
        assert_eq!(entrant.label, "atomic + hold 1ms");
        let entrant: Entrant = "optimistic+read=for-update".parse().unwrap();
        assert_eq!(entrant.label, "optimistic + read for-update");
    }

    #[test]
    fn who_thinks_for_longer_than_a_round_cannot_be_measured_in_it() {
        let entrant: Entrant = "atomic+hold=1s".parse().unwrap();
        let load = Load {
            orders: None,
            duration: Some(Duration::from_millis(500)),
            ..Load::default()
        };
        assert!(
            entrant
                .refusal(&load)
                .unwrap()
                .contains("longer --duration")
        );
        assert_eq!(Entrant::from(Strategy::Atomic).refusal(&load), None);
        assert_eq!(entrant.refusal(&Load::default()), None);
    }

    #[test]
    fn what_names_nothing_lists_what_there_is() {
        let refusal = |text: &str| text.parse::<Entrant>().unwrap_err().to_string();
        assert!(refusal("optimist").contains("pessimistic, nowait"));
        assert!(refusal("atomic+speed=9").contains("guard, isolation"));
        assert!(refusal("atomic+hold").contains("CHOICE=VALUE"));
        assert!(refusal("atomic+guard=moat").contains("none, mutex"));
        assert!(refusal("atomic+hold=9").contains("hold cannot be \"9\""));
        assert!(refusal("=atomic").contains("empty label"));
    }
}
