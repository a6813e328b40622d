//! The proofs of a check: every schedule of two buyers, and naive's as their control.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::{CheckRequest, Instruments, Opener};
use crate::db::Database;
use crate::model::candidate::Candidate;
use crate::model::strategy::Strategy;
use crate::model::verdict::Verdict;
use crate::proof::purchases::Proof;
use crate::run::Shop;

/// Databases that the proofs are spread over where they have some of their own: most of a proof
/// is waiting for a database to say who waits for whom.
const LANES: usize = 2;

/// What the proofs of a check came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Proofs {
    /// Naive's; `None` where no proofs were asked for, or it was not finished.
    pub(super) control: Option<Proof>,
    /// By the candidate's place; `None` for those that cannot be run, or were not finished.
    pub(super) of: Vec<Option<Proof>>,
}

/// Who is still to be proved, and what came of those that were.
struct Work<'a> {
    instruments: &'a Instruments<'a>,
    request: &'a CheckRequest,
    /// Naive, and then the others; `None` for those that cannot be run.
    wanted: Vec<Option<Candidate>>,
    next: AtomicUsize,
    proofs: Mutex<Vec<Option<Proof>>>,
    stop: &'static AtomicBool,
}

impl<'a> Work<'a> {
    fn new(
        instruments: &'a Instruments<'a>,
        request: &'a CheckRequest,
        wanted: &[Option<Candidate>],
        stop: &'static AtomicBool,
    ) -> Self {
        let naive = Candidate::from(Strategy::Naive);
        let others = wanted.iter().cloned();
        // Naive's proof is made once, for itself and as the control.
        let others = others.map(|one| one.filter(|candidate| *candidate != naive));
        let wanted: Vec<_> = std::iter::once(Some(naive.clone())).chain(others).collect();
        Self {
            instruments,
            request,
            next: AtomicUsize::new(0),
            proofs: Mutex::new(vec![None; wanted.len()]),
            wanted,
            stop,
        }
    }

    /// Proves one after the other until none is left.
    fn do_in(&self, database: &Database) {
        loop {
            let turn = self.next.fetch_add(1, Relaxed);
            if turn >= self.wanted.len() || self.stop.load(Relaxed) {
                return;
            }
            // Those with the most schedules stand last: they begin first, behind the control.
            let place = (self.wanted.len() - turn) % self.wanted.len();
            let Some(candidate) = &self.wanted[place] else {
                continue;
            };
            let scenario = self.request.scenario;
            let proof = (self.instruments.prove)(database, candidate, scenario, self.stop);
            // What was cut short is no proof, unless it had found something.
            if !self.stop.load(Relaxed) || proof.verdict == Verdict::Unsafe {
                let mut proofs = self.proofs.lock().unwrap_or_else(PoisonError::into_inner);
                proofs[place] = Some(proof);
            }
        }
    }

    fn conclude(self, wanted: &[Option<Candidate>]) -> Proofs {
        let proofs = self.proofs.into_inner();
        let mut proofs = proofs.unwrap_or_else(PoisonError::into_inner).into_iter();
        let control = proofs.next().flatten();
        let naive = Candidate::from(Strategy::Naive);
        let of = wanted.iter().zip(proofs).map(|(candidate, proof)| {
            let is_naive = candidate.as_ref() == Some(&naive);
            if is_naive { control.clone() } else { proof }
        });
        Proofs {
            of: of.collect(),
            control,
        }
    }
}

impl Proofs {
    /// Makes them for each candidate that is wanted, in a database whose tables have been made.
    pub(super) fn make(
        database: &Database,
        instruments: &Instruments<'_>,
        request: &CheckRequest,
        wanted: &[Option<Candidate>],
        stop: &'static AtomicBool,
    ) -> Self {
        let work = Work::new(instruments, request, wanted, stop);
        work.do_in(database);
        work.conclude(wanted)
    }

    /// Makes them in databases of their own.
    ///
    /// # Errors
    /// There is no such database to be had.
    pub(super) fn apart(
        open: &Opener<'_>,
        instruments: &Instruments<'_>,
        request: &CheckRequest,
        wanted: &[Option<Candidate>],
        stop: &'static AtomicBool,
    ) -> Result<Self> {
        let work = Work::new(instruments, request, wanted, stop);
        let lane = || -> Result<()> {
            let database = open().context("cannot open a separate database for the proofs")?;
            // Makes the tables, and keeps others away from them.
            let mut shop = Shop::open(&database)?;
            for candidate in wanted.iter().flatten() {
                shop.ready_for(&candidate.plan)?;
            }
            work.do_in(&database);
            Ok(())
        };
        thread::scope(|scope| {
            let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(lane)).collect();
            lanes.into_iter().try_for_each(|lane| {
                let done = lane.join();
                done.unwrap_or_else(|_| Err(anyhow!("a thread that made proofs panicked")))
            })
        })?;
        Ok(work.conclude(wanted))
    }

    /// Why the proofs show nothing; `None` where naive's found what is wrong with it.
    pub(super) fn doubt(&self) -> Option<String> {
        let control = self.control.as_ref()?;
        let said = match (control.verdict, &control.reason) {
            (Verdict::Unsafe, _) => return None,
            (_, Some(reason)) => format!("the proof of naive could not be made: {reason}"),
            (_, None) => format!(
                "the proof of naive found nothing wrong in {} schedules either",
                control.schedules
            ),
        };
        Some(said)
    }
}
