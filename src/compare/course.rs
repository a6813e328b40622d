//! The rounds: every candidate at every point once, again and again.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use super::pace::Pace;
use super::point::Point;
use super::tally::Tally;
use super::{CompareRequest, Comparison, RoundProgress, Timing};
use crate::compare::statistics::LEAST;
use crate::db::Engine;
use crate::model::load::Load;
use crate::run::{Request, Shop};

/// How long a purchase without anybody else is watched, and what share of the time all of them
/// may take together.
const ALONE: Duration = Duration::from_millis(100);
const ALONE_SHARE: f64 = 0.05;
const SHORTEST_ALONE: Duration = Duration::from_millis(10);

/// How long a trial lasts.
const TRIAL: Duration = Duration::from_millis(100);

/// In how many rounds there is a trial where there is too little time for one in each.
const TRIALS: u32 = 2;

/// The shop is filled anew for a trial, a warm-up and a measurement, and audited twice: as far
/// as is known before the first round, that costs so many times as much as filling it for a
/// purchase alone.
const AS_OFTEN: u32 = 4;

/// The candidates at each point of an axis, of which a compare has one.
pub(crate) struct Course<'a> {
    request: &'a CompareRequest,
    points: Vec<Point>,
    pace: Pace,
    rounds: u32,
    timing: Timing,
    interrupted: bool,
}

impl<'a> Course<'a> {
    /// Rounds that are to end before `until`, of turns that are known to cost `overhead` beyond
    /// what is measured.
    pub(crate) fn new(
        request: &'a CompareRequest,
        loads: Vec<Load>,
        engine: Engine,
        until: Instant,
        overhead: Duration,
    ) -> Self {
        let points = loads
            .into_iter()
            .map(|load| Point::new(request, load, engine));
        let Load {
            duration, warm_up, ..
        } = &request.load;
        let full = match request.brief {
            true => duration.unwrap_or_default(),
            false => duration.unwrap_or_default() + *warm_up + TRIAL,
        };
        let fixed = request.fixed_rounds || duration.is_none();
        Self {
            request,
            points: points.collect(),
            pace: Pace::new(until, full, fixed, overhead),
            rounds: 0,
            timing: Timing {
                setup_s: request.since.elapsed().as_secs_f64(),
                ..Timing::default()
            },
            interrupted: false,
        }
    }

    /// Lets the rounds go on until then, where enough of them do not fit in before.
    #[must_use]
    pub(crate) fn or_until(mut self, latest: Instant) -> Self {
        self.pace.or_until(latest);
        self
    }

    /// Runs rounds until all is precise enough, the time is up or `stop` is set. The points are
    /// inside the rounds, so that whatever drifts hits them alike.
    pub(crate) fn run(
        &mut self,
        shop: &mut Shop<'_>,
        stop: &AtomicBool,
        progress: &RoundProgress,
    ) -> Result<()> {
        let began = Instant::now();
        if !self.request.brief {
            self.time_each_alone(shop, stop)?;
        }
        self.timing.alone_s = began.elapsed().as_secs_f64();
        self.keep_orders_ending();
        while !stop.load(Relaxed) && !self.is_precise() {
            let turns = self.points.iter_mut().flat_map(Point::at_work).count() as u32;
            let Some(share) = self.pace.next(turns, Instant::now()) else {
                break;
            };
            progress.begin(
                self.rounds + 1,
                turns,
                self.pace.left(turns, Instant::now()),
            );
            let began = Instant::now();
            if !self.round(share, shop, stop, progress)? {
                break;
            }
            self.pace.learn(turns, began.elapsed());
        }
        self.timing.longest_round_s = self.pace.longest().as_secs_f64();
        self.interrupted = stop.load(Relaxed);
        Ok(())
    }

    /// Times a purchase of each without anybody else, and learns what it costs to begin.
    fn time_each_alone(&mut self, shop: &mut Shop<'_>, stop: &AtomicBool) -> Result<()> {
        let began = Instant::now();
        let all = self.points.iter_mut().flat_map(Point::all).count().max(1) as u32;
        let time = self.request.max_time.mul_f64(ALONE_SHARE) / all;
        let time = time.clamp(SHORTEST_ALONE, ALONE);
        for tally in self.points.iter_mut().flat_map(Point::all) {
            let alone = shop.alone(&tally.request(), time, stop);
            match alone.with_context(|| format!("{}, alone", tally.compared.label))? {
                Some(alone) => tally.alone = alone,
                None if stop.load(Relaxed) => return Ok(()),
                None => {}
            }
        }
        let each = (began.elapsed() / all).saturating_sub(time);
        self.pace.learn_before(each * AS_OFTEN);
        Ok(())
    }

    /// Has no measurement be so short that no order can end in it.
    fn keep_orders_ending(&mut self) {
        let tallies = self.points.iter_mut().flat_map(Point::all);
        let needed = tallies.map(|tally| (tally.alone + tally.load.hold) * 2);
        let needed = needed.max().unwrap_or_default();
        if let Some(duration) = self.request.load.duration {
            self.pace.at_least(needed, duration);
        }
    }

    /// Runs one round, of turns that measure for a share of what they would at full length;
    /// `false` where it was interrupted, and nothing of it counts.
    fn round(
        &mut self,
        share: f64,
        shop: &mut Shop<'_>,
        stop: &AtomicBool,
        progress: &RoundProgress,
    ) -> Result<bool> {
        let number = self.rounds + 1;
        let seed = self.request.load.seed.wrapping_add(self.rounds.into());
        let mut random = SmallRng::seed_from_u64(seed);
        let brief = self.request.brief;
        let has_trial = !brief && (share >= 1.0 || number <= TRIALS);
        let mut points: Vec<&mut Point> = self.points.iter_mut().collect();
        points.shuffle(&mut random);
        let mut found = Vec::new();
        for point in points {
            if !brief {
                point.time_the_server(shop)?;
            }
            // Those that are held against each other run one right after the other.
            let mut tallies: Vec<&mut Tally> = point.at_work().collect();
            tallies.shuffle(&mut random);
            for (turn, tally) in (1..).zip(tallies) {
                let load = shortened(self.request, &tally.load, share, seed);
                let trial = has_trial.then(|| trial(&load, tally.alone, TRIAL.mul_f64(share)));
                let duration = load.duration;
                let request = Request::new(tally.compared.candidate.clone(), load);
                progress.next_turn();
                let round = shop.round(&request, trial.as_ref(), stop, &progress.hammer);
                let round =
                    round.with_context(|| format!("{}, round {number}", tally.compared.label))?;
                match round {
                    Some(round) => found.push((tally, turn, duration, round)),
                    None => return Ok(false),
                }
            }
        }
        for (tally, turn, duration, round) in found {
            tally.count(number, seed, turn, duration, round);
        }
        self.rounds = number;
        Ok(true)
    }

    /// Whether there are rounds enough, and every ratio is known well enough.
    fn is_precise(&self) -> bool {
        (self.rounds as usize) >= LEAST && self.conclude().iter().all(|found| found.precise)
    }

    /// What was found at each point.
    pub(crate) fn conclude(&self) -> Vec<Comparison> {
        let points = self.points.iter();
        points
            .map(|point| point.conclude(self.request, self.rounds, self.interrupted))
            .collect()
    }

    /// How long its turns take, for whoever plans more of them.
    pub(crate) fn pace(&self) -> Pace {
        self.pace
    }

    /// How the time was spent.
    pub(crate) fn timing(&self) -> Timing {
        self.timing
    }
}

/// The load of a turn that is to measure for a share of the time.
fn shortened(request: &CompareRequest, load: &Load, share: f64, seed: u64) -> Load {
    Load {
        seed,
        stock: match request.ample_stock {
            true => ((load.stock as f64 * share).ceil() as i64).max(1),
            false => load.stock,
        },
        duration: load.duration.map(|duration| duration.mul_f64(share)),
        warm_up: match request.brief {
            true => Duration::ZERO,
            false => load.warm_up.mul_f64(share),
        },
        ..load.clone()
    }
}

/// The same load with so little for sale that it sells out within about that time, and with
/// twice as many buyers as that is enough for.
fn trial(load: &Load, alone: Duration, time: Duration) -> Load {
    let pace = (alone + load.hold).as_secs_f64().max(1e-6);
    let threads = i64::from(load.threads);
    let least = threads * 2;
    let sales = ((time.as_secs_f64() / pace) as i64).clamp(least, least.max(200));
    let wanted = load.quantity.average().max(1);
    let stock = (sales.saturating_mul(wanted) / load.items).max(wanted);
    let trial = Load {
        stock,
        duration: None,
        until_empty: false,
        rate: None,
        warm_up: Duration::ZERO,
        ..load.clone()
    };
    let orders = trial.orders_for_twice_what_is_for_sale();
    Load {
        orders: Some(orders.min(least.max(400))),
        ..trial
    }
}
