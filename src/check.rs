//! Every promise held against what is measured: for CI.
//!
//! In each round the naive control runs first, then every contender under exactly the same
//! load. A round in which the control broke nothing shows nothing and does not count. Beside
//! the load stands a proof: every schedule of two buyers. A promise to be safe needs both.

mod checked;
mod result;

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

pub use checked::{Checked, Outcome};
pub use result::{CheckResult, ControlTally, SCHEMA};

use crate::contender::Contender;
use crate::explore::purchases::Proof;
use crate::hammer::Progress;
use crate::load::Load;
use crate::result::RunResult;
use crate::run::{Request, Shop};
use crate::scenario::Scenario;
use crate::strategy::Strategy;

/// What to check.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    /// What is put to the test.
    pub contenders: Vec<Contender>,
    /// In which story.
    pub scenario: Scenario,
    /// How hard; the seed of the first round, which each further round raises by one.
    pub load: Load,
    /// How often each contender is put to the load.
    pub rounds: u32,
    /// Whether to go through every schedule of two buyers as well.
    pub proof: bool,
    /// What `lockbench run` must be given to reach the same database.
    pub database_argument: String,
}

impl CheckRequest {
    /// Orders in all rounds of all contenders and the control, where their number is known.
    pub fn orders(&self) -> Option<i64> {
        let runs = i64::from(self.rounds) * (1 + i64::try_from(self.contenders.len()).ok()?);
        self.load.orders.map(|orders| orders.saturating_mul(runs))
    }
}

/// Checks the contenders, round by round, until they are done or `stop` is set.
///
/// # Errors
/// The database cannot be used, or a run not be audited.
pub fn check(
    shop: &mut Shop<'_>,
    request: &CheckRequest,
    stop: &'static AtomicBool,
    progress: &Progress,
) -> Result<CheckResult> {
    let description = shop.description()?;
    let mut control = ControlTally::default();
    let mut checked: Vec<Checked> = request
        .contenders
        .iter()
        .map(|contender| Checked::new(contender, &description, request))
        .collect();
    for round in 0..request.rounds {
        let seed = request.load.seed.wrapping_add(u64::from(round));
        let load = Load {
            seed,
            ..request.load.clone()
        };
        let mut run = |contender: &Contender| -> Result<Option<RunResult>> {
            let request = Request {
                scenario: request.scenario,
                ..Request::new(contender.clone(), load.clone())
            };
            let result = shop.run(&request, stop, progress)?;
            // What was cut short is no round.
            Ok((!stop.load(Ordering::Relaxed)).then_some(result))
        };
        let Some(naive) = run(&Strategy::Naive.into())? else {
            break;
        };
        control.count(&naive);
        for place in shuffled(checked.len(), seed) {
            if checked[place].is_unsupported() {
                continue;
            }
            let contender = checked[place].contender().clone();
            match run(&contender)? {
                Some(result) => checked[place].count(&result, naive.violations.any()),
                None => break,
            }
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    for contender in &mut checked {
        if request.proof && !contender.is_unsupported() && !stop.load(Ordering::Relaxed) {
            contender.prove(Proof::of(shop.database(), contender.contender(), 1, stop));
        }
        contender.conclude();
    }
    Ok(CheckResult::new(
        description,
        request,
        control,
        checked,
        stop.load(Ordering::Relaxed),
    ))
}

/// The order in which a round takes its contenders, so that none always has the warmest cache.
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.shuffle(&mut SmallRng::seed_from_u64(seed));
    places
}
