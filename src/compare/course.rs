//! The rounds: every entrant at every point once, again and again.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use super::ranking::rank;
use super::tally::Tally;
use super::{CompareRequest, Comparison, ControlTally, Entrant, Refused, RoundProgress};
use crate::ceiling::Costs;
use crate::db::Engine;
use crate::load::Load;
use crate::run::{Request, Shop};
use crate::scenario::Scenario;
use crate::statistics::LEAST;
use crate::strategy::Strategy;
use crate::verdict::Verdict;

/// How long a purchase without anybody else is watched.
const ALONE: Duration = Duration::from_millis(100);

/// The entrants at each point of an axis, of which a compare has one.
pub(crate) struct Course<'a> {
    request: &'a CompareRequest,
    points: Vec<Point>,
    rounds: u32,
}

/// The entrants under one load.
struct Point {
    load: Load,
    tallies: Vec<Tally>,
    /// Naive, where no entrant is; it drops out once it has broken.
    control: Option<Tally>,
    refused: Vec<Refused>,
    /// What the server and the way to it cost, timed before each round.
    costs: Vec<Costs>,
}

impl<'a> Course<'a> {
    pub(crate) fn new(request: &'a CompareRequest, loads: Vec<Load>, engine: Engine) -> Self {
        let points = loads
            .into_iter()
            .map(|load| Point::new(request, load, engine));
        Self {
            request,
            points: points.collect(),
            rounds: 0,
        }
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
        for tally in self.points.iter_mut().flat_map(Point::all) {
            let alone = shop.alone(&tally.request(), ALONE, stop);
            match alone.with_context(|| format!("{}, alone", tally.entrant.label))? {
                Some(alone) => tally.alone = alone,
                None if stop.load(Relaxed) => return Ok(()),
                None => {}
            }
        }
        while !self.is_done(began.elapsed()) && self.round(shop, stop, progress)? {}
        Ok(())
    }

    /// Runs one round; `false` where it was interrupted, and nothing of it counts.
    fn round(
        &mut self,
        shop: &mut Shop<'_>,
        stop: &AtomicBool,
        progress: &RoundProgress,
    ) -> Result<bool> {
        let number = self.rounds + 1;
        let seed = self.request.load.seed.wrapping_add(self.rounds.into());
        let mut random = SmallRng::seed_from_u64(seed);
        let turns = self.points.iter_mut().flat_map(Point::at_work).count();
        progress.begin(number, turns as u32);
        let mut points: Vec<&mut Point> = self.points.iter_mut().collect();
        points.shuffle(&mut random);
        let mut found = Vec::new();
        for point in points {
            point.time_the_server(shop)?;
            // Those that are held against each other run one right after the other.
            let mut tallies: Vec<&mut Tally> = point.at_work().collect();
            tallies.shuffle(&mut random);
            for (turn, tally) in (1..).zip(tallies) {
                let load = Load {
                    seed,
                    ..tally.load.clone()
                };
                let trial = trial(&load, tally.alone);
                let request = Request::new(tally.entrant.contender.clone(), load);
                progress.next_turn();
                let round = shop.round(&request, Some(&trial), stop, &progress.hammer);
                let round =
                    round.with_context(|| format!("{}, round {number}", tally.entrant.label))?;
                match round {
                    Some(round) => found.push((tally, turn, round)),
                    None => return Ok(false),
                }
            }
        }
        for (tally, turn, round) in found {
            tally.count(number, seed, turn, round);
        }
        self.rounds = number;
        Ok(true)
    }

    fn is_done(&self, elapsed: Duration) -> bool {
        if (self.rounds as usize) < LEAST {
            return false;
        }
        let another = elapsed / self.rounds;
        let precise = |point: &Point| {
            let comparison = point.conclude(self.request, self.rounds);
            comparison.precise
        };
        elapsed + another > self.request.max_time || self.points.iter().all(precise)
    }

    /// What was found at each point.
    pub(crate) fn conclude(self) -> Vec<Comparison> {
        let points = self.points.iter();
        points
            .map(|point| point.conclude(self.request, self.rounds))
            .collect()
    }
}

impl Point {
    fn new(request: &CompareRequest, load: Load, engine: Engine) -> Self {
        let (mut tallies, mut refused) = (Vec::new(), Vec::new());
        for entrant in &request.entrants {
            let own = entrant.load(&load);
            let contender = &entrant.contender;
            match contender.refusal(engine.backend, Scenario::Inventory, &own) {
                Some(reason) => refused.push(Refused {
                    label: entrant.label.clone(),
                    reason,
                }),
                None => tallies.push(Tally::new(entrant.clone(), &load, engine)),
            }
        }
        let control = Entrant::from(Strategy::Naive);
        let has_control = tallies.iter().any(Tally::is_control);
        let control = (request.control && !has_control).then(|| Tally::new(control, &load, engine));
        Self {
            load,
            tallies,
            control,
            refused,
            costs: Vec::new(),
        }
    }

    /// Times the server, where that limits one of the entrants.
    fn time_the_server(&mut self, shop: &mut Shop<'_>) -> Result<()> {
        for tally in &self.tallies {
            if let Some(costs) = shop.costs(&tally.request())? {
                self.costs.push(costs);
                break;
            }
        }
        Ok(())
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Tally> {
        self.tallies.iter_mut().chain(&mut self.control)
    }

    /// Those that have not been wrong.
    fn at_work(&mut self) -> impl Iterator<Item = &mut Tally> {
        self.all().filter(|tally| !tally.is_wrong())
    }

    /// How naive fared, as the control or as one of the entrants.
    fn control(&self, request: &CompareRequest) -> Option<ControlTally> {
        let entrants = self.tallies.iter().filter(|tally| tally.is_control());
        let naive = self.control.iter().chain(entrants).next();
        naive.filter(|_| request.control).map(Tally::as_control)
    }

    fn conclude(&self, request: &CompareRequest, rounds: u32) -> Comparison {
        let control = self.control(request);
        let control_broke = control.map(|control| control.broken_rounds > 0);
        let doubt = match control_broke {
            _ if rounds == 0 => Some("not one round was finished".to_owned()),
            Some(false) => Some("naive broke nothing under this load, so it shows nothing: use more threads, fewer items, or a longer --hold".to_owned()),
            _ => None,
        };
        let costs = Costs::typical(&self.costs);
        let standings = self
            .tallies
            .iter()
            .map(|tally| tally.standing(control_broke, costs.as_ref()));
        let (right, unranked): (Vec<_>, Vec<_>) =
            standings.partition(|standing| rounds > 0 && standing.goodput_per_s.is_some());
        let (ranked, reference) = rank(right, request.reference.as_deref());
        Comparison {
            load: self.load.clone(),
            rounds,
            precise: rounds > 0 && is_precise(&ranked, reference.as_deref(), request.precision),
            reference,
            control,
            verdict: match doubt {
                Some(_) => Verdict::Inconclusive,
                None => Verdict::Safe,
            },
            reason: doubt,
            ranked,
            unranked,
            refused: self.refused.clone(),
        }
    }
}

/// Whether each ratio is known well enough; where there is only one, its goodput.
fn is_precise(ranked: &[super::Standing], reference: Option<&str>, precision: f64) -> bool {
    let enough = |estimate: Option<crate::statistics::Estimate>| {
        let width = estimate.and_then(|estimate| estimate.relative_half_width());
        width.is_some_and(|width| width <= precision)
    };
    match ranked {
        [] => true,
        [only] => enough(only.goodput_per_s),
        several => several
            .iter()
            .filter(|standing| Some(standing.label.as_str()) != reference)
            .all(|standing| enough(standing.ratio)),
    }
}

/// The same load with so little for sale that it sells out within about a tenth of a second,
/// and with twice as many buyers as that is enough for.
fn trial(load: &Load, alone: Duration) -> Load {
    let pace = (alone + load.hold).as_secs_f64().max(1e-6);
    let threads = i64::from(load.threads);
    let least = threads * 2;
    let sales = ((0.1 / pace) as i64).clamp(least, least.max(200));
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
