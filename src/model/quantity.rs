//! How many units an order asks for.

use std::fmt;
use std::str::FromStr;

use rand::{Rng, RngExt};
use serde::de::{Deserializer, Error as _};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How many units an order asks for: one number, or any number of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The least that an order asks for.
    pub least: i64,
    /// The most that an order asks for.
    pub most: i64,
}

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not a quantity: write a number, as in `3`, or a range, as in `1..20`")]
pub struct QuantityError(String);

impl Quantity {
    /// Every order asks for as many.
    pub fn exactly(units: i64) -> Self {
        Self {
            least: units,
            most: units,
        }
    }

    /// What an order asks for on average, rounded down.
    pub(crate) fn average(self) -> i64 {
        self.least + (self.most - self.least) / 2
    }

    /// What one order asks for. A single number takes nothing from the generator.
    pub(crate) fn draw(self, random: &mut impl Rng) -> i64 {
        if self.least == self.most {
            self.least
        } else {
            random.random_range(self.least..=self.most)
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least == self.most {
            write!(f, "{}", self.least)
        } else {
            write!(f, "{}..{}", self.least, self.most)
        }
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let number = |part: &str| {
            part.trim()
                .parse()
                .map_err(|_| QuantityError(text.to_owned()))
        };
        match text.split_once("..") {
            None => number(text).map(Self::exactly),
            Some((least, most)) => {
                let most = most.strip_prefix('=').unwrap_or(most);
                Ok(Self {
                    least: number(least)?,
                    most: number(most)?,
                })
            }
        }
    }
}

/// A number where it is one, so that who reads the JSON may add it up.
impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.least == self.most {
            serializer.serialize_i64(self.least)
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(units) => Ok(Self::exactly(units)),
            Written::Text(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_read_as_it_is_shown() {
        for text in ["1", "-3", "1..20"] {
            let quantity: Quantity = text.parse().unwrap();
            assert_eq!(quantity.to_string(), text);
            let json = serde_json::to_string(&quantity).unwrap();
            assert_eq!(serde_json::from_str::<Quantity>(&json).unwrap(), quantity);
        }
        assert_eq!("1..=20".parse(), "1..20".parse::<Quantity>());
        assert!("many".parse::<Quantity>().is_err());
        assert!("1..".parse::<Quantity>().is_err());
    }
}
