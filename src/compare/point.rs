//! The candidates under one load, and what their rounds amount to.

use anyhow::Result;

use super::ranking::rank;
use super::tally::Tally;
use super::{CompareRequest, ComparedCandidate, Comparison, Completeness, ControlTally, Refused};
use crate::db::Engine;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::Strategy;
use crate::model::verdict::Verdict;
use crate::run::Shop;
use crate::run::ceiling::Costs;

/// The candidates under one load.
pub(super) struct Point {
    pub(super) load: Load,
    tallies: Vec<Tally>,
    /// Naive, where no candidate is; it drops out once it has broken.
    control: Option<Tally>,
    refused: Vec<Refused>,
    /// What the server and the way to it cost, timed before each round.
    costs: Vec<Costs>,
}

impl Point {
    pub(super) fn new(request: &CompareRequest, load: Load, engine: Engine) -> Self {
        let (mut tallies, mut refused) = (Vec::new(), Vec::new());
        for compared in &request.candidates {
            let own = compared.load(&load);
            let candidate = &compared.candidate;
            match candidate.refusal(engine.backend, Scenario::Inventory, &own) {
                Some(reason) => refused.push(Refused {
                    label: compared.label.clone(),
                    reason,
                }),
                None => tallies.push(Tally::new(compared.clone(), &load, engine)),
            }
        }
        let control = ComparedCandidate::from(Strategy::Naive);
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

    /// Times the server, where that limits one of the candidates.
    pub(super) fn time_the_server(&mut self, shop: &mut Shop<'_>) -> Result<()> {
        for tally in &self.tallies {
            if let Some(costs) = shop.costs(&tally.request())? {
                self.costs.push(costs);
                break;
            }
        }
        Ok(())
    }

    pub(super) fn all(&mut self) -> impl Iterator<Item = &mut Tally> {
        self.tallies.iter_mut().chain(&mut self.control)
    }

    /// Those that have not been wrong.
    pub(super) fn at_work(&mut self) -> impl Iterator<Item = &mut Tally> {
        self.all().filter(|tally| !tally.is_wrong())
    }

    /// How naive fared, as the control or as one of the candidates.
    fn control(&self, request: &CompareRequest) -> Option<ControlTally> {
        let candidates = self.tallies.iter().filter(|tally| tally.is_control());
        let naive = self.control.iter().chain(candidates).next();
        naive.filter(|_| request.control).map(Tally::as_control)
    }

    pub(super) fn conclude(
        &self,
        request: &CompareRequest,
        rounds: u32,
        interrupted: bool,
    ) -> Comparison {
        let completeness = Completeness::of(rounds, interrupted);
        let control = self.control(request);
        let control_broke = control.map(|control| control.broken_rounds > 0);
        let doubt = match control_broke {
            Some(false) => Some("naive broke nothing under this load, so it shows nothing: use more threads, fewer items, or a longer --hold".to_owned()),
            _ => None,
        };
        let lost = self.tallies.iter().find_map(Tally::lost);
        let doubt = completeness.doubt(rounds).or(lost).or(doubt);
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
            completeness,
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
    let enough = |estimate: Option<crate::compare::statistics::Estimate>| {
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
