//! How fast a hot row can be sold from at the most, on the server at hand.
//!
//! Buyers of one item come one after the other, whatever the number of threads: each holds the
//! lock from the statement that takes it to the end of COMMIT. So no more can be served in a
//! second than
//!
//! ```text
//! 1 / (k · round trip + commit + hand-over)
//! ```
//!
//! where `k` is the number of round trips while the lock is held, which the plan decides
//! (`round_trips`), and the three times belong to the server and the way to it (`Costs`).
//!
//! SQLite has no place in this model: there are no round trips, and whoever waits for its lock
//! is not woken but looks again after a sleep, which no figure for a hand-over describes.

mod costs;
mod round_trips;

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[doc(hidden)]
pub use costs::Costs;
#[doc(hidden)]
pub use round_trips::{UnderLock, round_trips};

use crate::db::Backend;
use crate::run::Request;
use crate::run::audit::OutcomeCounts;

/// Fewer orders than that say little about a speed.
const LEAST_ORDERS: u64 = 1_000;

/// And so does less time.
const LEAST_TIME: Duration = Duration::from_millis(100);

/// The ceiling, and how close a run came to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Ceiling {
    /// A round trip, in microseconds.
    pub rtt_us: f64,
    /// A commit of one row, its statements' work included, in microseconds.
    pub flush_us: f64,
    /// From the end of one's commit until the next, who waited for the lock, has it.
    pub hand_over_us: f64,
    /// Round trips while the lock is held.
    pub round_trips_under_lock: u32,
    /// Orders that can be carried out in a second at the most.
    pub ceiling_per_s: f64,
    /// The share of it that the run reached; around 1 is all there is, and more means that the
    /// times did not hold during the run.
    pub reached: f64,
}

/// What `reached` cannot exceed unless something disturbed the measuring of the times.
const SURELY_TOO_MUCH: f64 = 1.25;

/// Whether a ceiling says anything about such a run: all want one item, of which nobody is
/// turned away for long, under a plan whose buyers wait for each other's lock.
#[doc(hidden)]
pub fn is_meant_for(request: &Request, backend: Backend) -> bool {
    let load = &request.load;
    let enough = match (load.orders, load.duration) {
        (_, Some(time)) => time >= LEAST_TIME,
        (orders, None) => orders.is_some_and(|orders| orders.unsigned_abs() >= LEAST_ORDERS),
    };
    backend != Backend::Sqlite
        && !request.scenario.bills()
        && load.items == 1
        && load.threads.min(load.pool) > 1
        && load.rate.is_none()
        && enough
        && round_trips(&request.candidate.plan, request.scenario.publishes()).is_some()
}

impl Ceiling {
    /// Whether the times that it rests on cannot have held during the run.
    pub(crate) fn is_disturbed(&self) -> bool {
        self.reached > SURELY_TOO_MUCH
    }

    /// What `costs` allow such a plan, and how close a run came that ended so; `None` where it
    /// was too short, or too many were turned away.
    #[doc(hidden)]
    pub fn of(
        costs: &Costs,
        request: &Request,
        outcomes: &OutcomeCounts,
        elapsed: Duration,
    ) -> Option<Self> {
        let done = outcomes.sold + outcomes.restocked;
        let few_turned_away = outcomes.sold_out * 100 <= done;
        if done < LEAST_ORDERS || elapsed < LEAST_TIME || !few_turned_away {
            return None;
        }
        let under = round_trips(&request.candidate.plan, request.scenario.publishes())?;
        let thinking = match under.thinking {
            true => request.load.hold,
            false => Duration::ZERO,
        };
        let ceiling_per_s = 1.0 / (costs.cycle(under.count) + thinking).as_secs_f64();
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        Some(Self {
            rtt_us: micros(costs.round_trip),
            flush_us: micros(costs.commit),
            hand_over_us: micros(costs.hand_over),
            round_trips_under_lock: under.count,
            ceiling_per_s,
            reached: done as f64 / elapsed.as_secs_f64() / ceiling_per_s,
        })
    }
}
