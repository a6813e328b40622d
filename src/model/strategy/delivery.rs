//! How often an effect outside the database happens when a server dies in the middle.
//!
//! No transaction spans the database and the outside world, so one of the two comes first, and
//! a crash between them leaves the other undone (Martin Kleppmann, *Designing Data-Intensive
//! Applications*, chapter 11, "Fault tolerance").

use std::fmt;

use serde::Serialize;

use super::{Isolation, Plan};

/// How often an effect happens, crashes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// Once or more: the effect comes before the commit that records it as done.
    AtLeastOnce,
    /// Once or never: the record that it is done is committed before the effect.
    AtMostOnce,
    /// Requested once or more, done once: the other side recognizes a repetition.
    EffectivelyOnce,
}

impl Plan {
    /// How often an effect happens under this plan, with or without an idempotency key.
    pub(crate) fn delivery(&self, idempotent: bool) -> Delivery {
        if self.claims_first() && self.isolation == Isolation::Autocommit {
            Delivery::AtMostOnce
        } else if idempotent {
            Delivery::EffectivelyOnce
        } else {
            Delivery::AtLeastOnce
        }
    }
}

impl Delivery {
    /// Why.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::AtLeastOnce => {
                "the bill goes out before COMMIT marks the invoice; a server that dies in between leaves it pending, and it is billed again"
            }
            Self::AtMostOnce => {
                "the invoice is committed as sent before the bill goes out; a server that dies in between leaves it marked but never billed"
            }
            Self::EffectivelyOnce => {
                "a bill sent again carries the key of the first, so the other side does not bill twice"
            }
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtLeastOnce => "at least once",
            Self::AtMostOnce => "at most once",
            Self::EffectivelyOnce => "effectively once",
        })
    }
}
