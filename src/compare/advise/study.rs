//! The three comparisons that an advice rests on, within one bound on the wall clock.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::rule::Choice;
use super::{AdviseRequest, Layers, Neighbour, Outlook, layers};
use crate::compare::{
    CompareRequest, ComparedCandidate, Comparison, Course, Pace, RoundProgress, Timing,
};
use crate::db::Engine;
use crate::run::Shop;

/// The shares of the time after which the comparison of those to choose from is to end, and
/// that of the layers. Whatever is left goes to other numbers.
const CHOOSING: f64 = 0.55;
const LAYERS: f64 = 0.8;

/// How many are looked at under other numbers: the one that is advised, the runner-up, and where
/// there is time a third.
const FINALISTS: usize = 3;
const LEAST_FINALISTS: usize = 2;

/// What all comparisons have in common.
pub(super) struct Study<'a, 'b> {
    pub(super) shop: &'a mut Shop<'b>,
    pub(super) request: &'a AdviseRequest,
    pub(super) engine: Engine,
    pub(super) stop: &'a AtomicBool,
    pub(super) progress: &'a RoundProgress,
    /// What a turn costs, once that is known.
    pub(super) pace: Option<Pace>,
    pub(super) timing: Timing,
}

impl Study<'_, '_> {
    /// Compares those to choose from. Where they need all of the time, they have it.
    pub(super) fn choose(&mut self, compared: &CompareRequest, alone: bool) -> Result<Comparison> {
        let latest = self.after(1.0);
        let until = if alone { latest } else { self.after(CHOOSING) };
        let mut course = Course::new(
            compared,
            vec![compared.load.clone()],
            self.engine,
            until,
            Duration::ZERO,
        )
        .or_until(latest);
        course.run(self.shop, self.stop, self.progress)?;
        self.timing = course.timing();
        self.pace = Some(course.pace());
        Ok(course.conclude().swap_remove(0))
    }

    /// Holds as many layers as there is time for against the one that is advised, on one item;
    /// `None` where there is time for none.
    pub(super) fn layers(
        &mut self,
        compared: &CompareRequest,
        mut candidates: Vec<ComparedCandidate>,
        choice: &Choice<'_>,
    ) -> Result<Option<Layers>> {
        let until = self.after(LAYERS);
        let turns = self.affordable(until);
        if candidates.is_empty() || turns < 2 || self.stop.load(Relaxed) {
            return Ok(None);
        }
        let left_out = candidates.split_off(candidates.len().min(turns - 1));
        let advised = compared.candidates.iter();
        let advised = advised.filter(|compared| compared.label == choice.chosen.label);
        let again = CompareRequest {
            candidates: advised.cloned().chain(candidates).collect(),
            reference: Some(choice.chosen.label.clone()),
            load: layers::hot(&compared.load),
            // Each is audited, in a trial as well; that this load can break naive is known.
            control: false,
            ..compared.clone()
        };
        let loads = vec![again.load.clone()];
        let found = self.again(&again, loads, until)?.swap_remove(0);
        let left_out = left_out.into_iter().map(|compared| compared.label);
        let layers = Layers::of(found, &choice.chosen.label, left_out.collect());
        Ok(Some(layers))
    }

    /// Looks at as many other numbers as there is time for.
    pub(super) fn outlook(
        &mut self,
        compared: &CompareRequest,
        choice: &Choice<'_>,
    ) -> Result<Vec<Outlook>> {
        let until = self.after(1.0);
        let mut neighbours = Neighbour::of(&compared.load);
        let turns = self.affordable(until);
        let most = match turns >= neighbours.len() * FINALISTS {
            true => FINALISTS,
            false => LEAST_FINALISTS,
        };
        let passed_over = choice.passed_over.iter().map(|one| &one.label);
        let finalists: Vec<&String> = std::iter::once(&choice.chosen.label)
            .chain(passed_over)
            .take(most)
            .collect();
        let points = turns / finalists.len();
        let left_out = neighbours.split_off(neighbours.len().min(points));
        let mut found = Vec::new();
        if !neighbours.is_empty() && !self.stop.load(Relaxed) {
            let again = CompareRequest {
                candidates: compared
                    .candidates
                    .iter()
                    .filter(|compared| finalists.contains(&&compared.label))
                    .cloned()
                    .collect(),
                reference: Some(choice.chosen.label.clone()),
                control: false,
                // Their rightness is not what is asked here.
                brief: true,
                ..compared.clone()
            };
            let loads = neighbours.iter().map(|one| one.load.clone()).collect();
            found = self.again(&again, loads, until)?;
        }
        let mut found = found.into_iter();
        let outlook = neighbours.into_iter().chain(left_out);
        Ok(outlook
            .map(|neighbour| match found.next() {
                Some(comparison) => Outlook::new(neighbour, comparison, &choice.chosen.label),
                None => Outlook::unknown(neighbour),
            })
            .collect())
    }

    /// A further comparison, whose turns cost as much as those before it.
    fn again(
        &mut self,
        compared: &CompareRequest,
        loads: Vec<crate::model::load::Load>,
        until: Instant,
    ) -> Result<Vec<Comparison>> {
        let overhead = self.pace.map(|pace| pace.overhead()).unwrap_or_default();
        let mut course = Course::new(compared, loads, self.engine, until, overhead);
        course.run(self.shop, self.stop, self.progress)?;
        let timing = course.timing();
        self.timing.alone_s += timing.alone_s;
        self.timing.longest_round_s = self.timing.longest_round_s.max(timing.longest_round_s);
        Ok(course.conclude())
    }

    /// How many turns a round may have for enough of them to fit in before `until`.
    fn affordable(&self, until: Instant) -> usize {
        self.pace
            .map_or(0, |pace| pace.affordable(until, Instant::now()))
    }

    /// When that share of the time is up.
    fn after(&self, share: f64) -> Instant {
        self.request.since + self.request.max_time.mul_f64(share)
    }
}
