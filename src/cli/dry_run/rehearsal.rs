//! One purchase, as it went on a private database of the same kind.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::db::server::ServerOptions;
use crate::db::{Address, Backend, Database};
use crate::model::candidate::Candidate;
use crate::model::load::Load;
use crate::purchase::explain::{STOCK, Sent, overhear};
use crate::run::Shop;

/// Purchases whose time is taken: the first ones also prepare their statements.
const TIMED: usize = 9;

/// One purchase, as it went.
pub(super) enum Rehearsal {
    /// It was made.
    Held {
        sent: Vec<Sent>,
        /// How long it took alone, without the buyer's thinking.
        time: Duration,
    },
    /// That database has no such purchase.
    Refused(String),
}

impl Rehearsal {
    /// A purchase of each of those candidates.
    pub(super) fn of_each(backend: Backend, candidates: &[Candidate]) -> Result<Vec<Self>> {
        let database = Database::open(&Address::private(backend)?, &ServerOptions::default())?;
        let mut shop = Shop::open(&database)?;
        candidates
            .iter()
            .map(|candidate| match candidate.plan.refusal(backend) {
                Some(why) => Ok(Self::Refused(why.to_string())),
                None => Self::of(&mut shop, candidate),
            })
            .collect()
    }

    fn of(shop: &mut Shop<'_>, candidate: &Candidate) -> Result<Self> {
        let plan = candidate.plan;
        let load = Load {
            stock: STOCK,
            ..Load::default()
        };
        let mut once = || {
            shop.ready_for(&plan)?;
            shop.restart_in(plan.layout, &load)?;
            let began = Instant::now();
            let sent = overhear(shop.connection(), plan)?;
            Ok::<_, anyhow::Error>((sent, began.elapsed()))
        };
        let (sent, _) = once()?;
        let mut times = Vec::new();
        for _ in 0..TIMED {
            times.push(once()?.1);
        }
        times.sort();
        let time = times[times.len() / 2];
        Ok(Self::Held { sent, time })
    }

    /// How long the purchase took, in seconds.
    pub(super) fn seconds(&self) -> Option<f64> {
        match self {
            Self::Held { time, .. } => Some(time.as_secs_f64()),
            Self::Refused(_) => None,
        }
    }
}
