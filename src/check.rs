//! Checks that every strategy does what it promises: for CI.
//!
//! The audit is tested first, on data with known errors planted in it. Then, in each round, the
//! naive control runs before every candidate, under exactly the same load. A round in which the
//! control broke nothing proves nothing and does not count. In one more round there is plenty for
//! everybody, so nobody may be turned away. Beside the load there is a proof, every schedule of two
//! buyers, which is valid only if the proof of naive finds what is wrong with naive. A promise to
//! be safe needs all of this, and an answer to every order.

mod attempt;
mod checked;
mod instruments;
mod judge;
mod outcome;
mod planted;
mod plenty;
mod proofs;
mod result;
mod self_test;
mod unanswered;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

pub use attempt::{Attempt, FailedCheck};
pub use checked::Checked;
pub use instruments::{Auditor, Found, Instruments, Opener, Prover, name_violations};
pub use outcome::Outcome;
pub use result::{CheckResult, ControlTally, SCHEMA};
pub use self_test::{SelfTest, SelfTestFailed};
pub use unanswered::Unanswered;

use crate::hammer::Progress;
use crate::model::candidate::Candidate;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::Strategy;
use crate::run::result::RunResult;
use crate::run::{Request, Shop};
use plenty::plenty;
use proofs::Proofs;

/// What to check.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    /// What is put to the test.
    pub candidates: Vec<Candidate>,
    /// In which story.
    pub scenario: Scenario,
    /// How hard; the seed of the first round, which each further round raises by one.
    pub load: Load,
    /// How often each candidate is put to the load.
    pub rounds: u32,
    /// Whether to go through every schedule of two buyers as well.
    pub proof: bool,
    /// What `lockbench run` must be given to reach the same database.
    pub database_argument: String,
}

impl CheckRequest {
    /// Orders in all rounds of all candidates and the control, where their number is known.
    pub fn orders(&self) -> Option<i64> {
        let runs = i64::from(self.rounds) * (1 + i64::try_from(self.candidates.len()).ok()?);
        let orders = self.load.orders?;
        let plenty = i64::try_from(self.candidates.len()).ok()? * plenty::ORDERS;
        Some(orders.saturating_mul(runs).saturating_add(plenty))
    }

    /// One run of a candidate under that load.
    pub(crate) fn run(&self, candidate: &Candidate, load: Load) -> Request {
        Request {
            scenario: self.scenario,
            ..Request::new(candidate.clone(), load)
        }
    }
}

/// Checks the candidates, round by round, until they are done or `stop` is set.
///
/// # Errors
/// [`SelfTestFailed`] where the audit cannot be believed; the database cannot be used, or a run
/// not be audited.
pub fn check(
    shop: &mut Shop<'_>,
    request: &CheckRequest,
    stop: &'static AtomicBool,
    progress: &Progress,
) -> Result<CheckResult> {
    check_with(shop, &Instruments::default(), request, stop, progress)
}

/// The same with these instruments.
///
/// # Errors
/// As for [`check`].
pub fn check_with(
    shop: &mut Shop<'_>,
    instruments: &Instruments<'_>,
    request: &CheckRequest,
    stop: &'static AtomicBool,
    progress: &Progress,
) -> Result<CheckResult> {
    let began = Instant::now();
    let description = shop.description()?;
    let passed = SelfTest::pass(shop, instruments.audit);
    let self_test = shop.or_what_is_behind(passed)?;
    let mut checked: Vec<Checked> = request
        .candidates
        .iter()
        .map(|candidate| Checked::new(candidate, &description, request))
        .collect();
    let wanted: Vec<Option<Candidate>> = checked
        .iter()
        .map(|one| (!one.is_unsupported()).then(|| one.candidate().clone()))
        .collect();
    let mut rounds = || Rounds::new(shop, request, stop, progress).run(&mut checked);
    let (control, proofs) = match instruments.apart.filter(|_| request.proof) {
        Some(open) => thread::scope(|scope| {
            let proofs = scope.spawn(|| Proofs::apart(open, instruments, request, &wanted, stop));
            let control = rounds();
            let proofs = proofs.join();
            let proofs =
                proofs.unwrap_or_else(|_| Err(anyhow!("the thread that made the proofs panicked")));
            Ok::<_, anyhow::Error>((control?, proofs?))
        })?,
        None if request.proof => {
            let control = rounds()?;
            let database = shop.database();
            let proofs = Proofs::make(database, instruments, request, &wanted, stop);
            (control, proofs)
        }
        None => (rounds()?, Proofs::default()),
    };
    let interrupted = stop.load(Ordering::Relaxed);
    let doubt = proofs.doubt();
    let of = proofs
        .of
        .into_iter()
        .map(Some)
        .chain(std::iter::repeat(None));
    for (candidate, proof) in checked.iter_mut().zip(of) {
        if let Some(proof) = proof.flatten() {
            candidate.prove(proof);
        }
        candidate.conclude(request, doubt.as_deref(), interrupted);
    }
    // An exploration looks at the tables without asking whose they are.
    shop.see_that_we_were_alone()?;
    Ok(CheckResult::new(
        description,
        request,
        self_test,
        control.with_proof(proofs.control, doubt),
        checked,
        interrupted,
        began.elapsed(),
    ))
}

/// The rounds of a check.
struct Rounds<'a, 'shop> {
    shop: &'a mut Shop<'shop>,
    request: &'a CheckRequest,
    stop: &'static AtomicBool,
    progress: &'a Progress,
}

impl<'a, 'shop> Rounds<'a, 'shop> {
    fn new(
        shop: &'a mut Shop<'shop>,
        request: &'a CheckRequest,
        stop: &'static AtomicBool,
        progress: &'a Progress,
    ) -> Self {
        Self {
            shop,
            request,
            stop,
            progress,
        }
    }

    /// Runs all of them, or as many as there is time for.
    fn run(&mut self, checked: &mut [Checked]) -> Result<ControlTally> {
        let mut control = ControlTally::default();
        for round in 0..self.request.rounds {
            let seed = self.request.load.seed.wrapping_add(u64::from(round));
            let load = Load {
                seed,
                ..self.request.load.clone()
            };
            let Some(naive) = self.measure(&Strategy::Naive.into(), &load)? else {
                return Ok(control);
            };
            control.count(&naive);
            for place in shuffled(checked.len(), seed) {
                let one = &mut checked[place];
                if one.is_unsupported() {
                    continue;
                }
                let Some(result) = self.measure(one.candidate(), &load)? else {
                    return Ok(control);
                };
                one.count(self.request, &result, naive.violations.any());
            }
        }
        for one in checked.iter_mut().filter(|one| one.is_sound()) {
            let scenario = self.request.scenario;
            let backend = self.shop.database().backend();
            let load = plenty(one.candidate(), backend, scenario, &self.request.load);
            let Some(load) = load else {
                continue;
            };
            match self.measure(one.candidate(), &load)? {
                Some(result) => one.count_plenty(self.request, &result),
                None => return Ok(control),
            }
        }
        Ok(control)
    }

    /// Runs one candidate once; `None` when that was cut short, which is no round.
    fn measure(&mut self, candidate: &Candidate, load: &Load) -> Result<Option<RunResult>> {
        let request = self.request.run(candidate, load.clone());
        let result = self.shop.run(&request, self.stop, self.progress)?;
        Ok((!self.stop.load(Ordering::Relaxed)).then_some(result))
    }
}

/// The order in which a round takes its candidates, so that none always has the warmest cache.
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.shuffle(&mut SmallRng::seed_from_u64(seed));
    places
}
