//! Why a strategy is not recommended, in the shape of the JSON.

use std::fmt;

use serde::Serialize;

use super::Burden;
use crate::compare::statistics::Estimate;

/// A strategy that is not recommended, and why.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PassedOver {
    /// The strategy.
    pub label: String,
    /// Why.
    pub reason: Reason,
    /// The same in words.
    pub words: String,
}

/// Why a strategy is not recommended.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// Too much of its buyers' time is wasted.
    Struggles {
        /// Attempts that fail and the pauses between them, as a share of its buyers' time.
        share: f64,
        /// Attempts for each order that was carried out.
        attempts_per_sale: f64,
        /// Orders that were given up.
        gave_up: u64,
    },
    /// Some of its buyers wait for too long.
    Tail {
        /// Its 99th percentile, in microseconds.
        p99_us: u64,
        /// The best of those it was compared with.
        best_p99_us: u64,
    },
    /// It is shown to be slower.
    Slower {
        /// Its goodput as a multiple of the other's.
        ratio: Estimate,
        /// The other.
        to: String,
    },
    /// It needs more than another, which is about as fast.
    AsksMore {
        /// What it needs.
        burdens: Vec<Burden>,
    },
    /// It sends more statements than another that is about as fast.
    SendsMore {
        /// Statements for each sale.
        statements_per_sale: f64,
        /// The least of those it was compared with.
        least: f64,
    },
    /// It sold less than another that is as good in all else.
    SoldLess {
        /// Its goodput as a multiple of the other's.
        ratio: Option<Estimate>,
        /// The other.
        than: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = |ratio: &Estimate| match (ratio.low, ratio.high) {
            (Some(low), Some(high)) => format!("{:.2} ({low:.2} to {high:.2})", ratio.value),
            _ => format!("{:.2}", ratio.value),
        };
        let ms = |micros: &u64| format!("{:.1} ms", *micros as f64 / 1e3);
        let less = |ratio: f64| (1.0 - ratio) * 100.0;
        let percent = |ratio: &Estimate| match (ratio.low, ratio.high) {
            (Some(low), Some(high)) => format!(
                "{:.0} % ({:.0} to {:.0} %)",
                less(ratio.value),
                less(high),
                less(low)
            ),
            _ => format!("{:.0} %", less(ratio.value)),
        };
        match self {
            Self::Struggles {
                share,
                attempts_per_sale,
                gave_up,
            } => {
                write!(
                    f,
                    "spends {:.0} % of its buyers' time on failed attempts and the pauses between them, {attempts_per_sale:.1} attempts per sale",
                    share * 100.0
                )?;
                match gave_up {
                    0 => Ok(()),
                    1 => f.write_str(", and gave up on 1 order"),
                    _ => write!(f, ", and gave up on {gave_up} orders"),
                }
            }
            Self::Tail {
                p99_us,
                best_p99_us,
            } => write!(
                f,
                "has a p99 latency of {}, against {}",
                ms(p99_us),
                ms(best_p99_us)
            ),
            Self::Slower { ratio, to } => {
                write!(f, "is {} slower than {to}", percent(ratio))
            }
            Self::AsksMore { burdens } => {
                let burdens: Vec<String> = burdens.iter().map(ToString::to_string).collect();
                write!(f, "needs {}", burdens.join(", and "))
            }
            Self::SendsMore {
                statements_per_sale,
                least,
            } => write!(
                f,
                "sends {statements_per_sale:.1} statements per sale, against {least:.1}"
            ),
            Self::SoldLess { ratio, than } => match ratio {
                Some(ratio) => write!(f, "sold {} times as much as {than}", times(ratio)),
                None => write!(f, "is not measurably different from {than}"),
            },
        }
    }
}
