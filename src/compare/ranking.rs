//! A ranking that says nothing that was not shown: those between which no difference is shown
//! share a place.

use super::Standing;
use crate::statistics::{Estimate, paired_ratio};
use crate::strategy::Strategy;

/// Ranks those that were right, the fastest first, and measures them by the reference, whose
/// label comes with them. They are put in the order of their ratio to it; the next one has a
/// place of its own only where its ratio to the first of the place before excludes 1.
pub(super) fn rank(
    mut right: Vec<Standing>,
    wanted: Option<&str>,
) -> (Vec<Standing>, Option<String>) {
    let pessimistic = Strategy::Pessimistic.to_string();
    let wanted = wanted.unwrap_or(&pessimistic);
    let reference = right.iter().find(|standing| standing.label == wanted);
    let Some(reference) = reference.or(right.first()).cloned() else {
        return (right, None);
    };
    for standing in &mut right {
        standing.ratio = ratio(standing, &reference);
    }
    let speed = |standing: &Standing| {
        let ratio = standing.ratio.map(|ratio| ratio.value);
        ratio.unwrap_or_else(|| standing.goodput_per_s.map_or(0.0, |goodput| goodput.value))
    };
    right.sort_by(|one, other| speed(other).total_cmp(&speed(one)));
    let mut first = 0;
    for place in 0..right.len() {
        let to_before = (place > 0)
            .then(|| ratio(&right[place], &right[first]))
            .flatten();
        if to_before.is_some_and(|ratio| ratio.excludes(1.0)) {
            first = place;
        }
        right[place].ratio_to_before = to_before;
        right[place].rank = Some(first as u32 + 1);
    }
    let places: Vec<(Option<u32>, String)> = right
        .iter()
        .map(|standing| (standing.rank, standing.label.clone()))
        .collect();
    for standing in &mut right {
        let others = places
            .iter()
            .filter(|(rank, label)| *rank == standing.rank && *label != standing.label);
        standing.no_difference_from = others.map(|(_, label)| label.clone()).collect();
    }
    (right, Some(reference.label))
}

/// How many times the goodput of `to` that of `of` is, round by round.
pub(crate) fn ratio(of: &Standing, to: &Standing) -> Option<Estimate> {
    let pairs: Vec<(f64, f64)> = of
        .rounds
        .iter()
        .filter_map(|one| {
            let other = to.rounds.iter().find(|other| other.round == one.round)?;
            Some((one.goodput_per_s, other.goodput_per_s))
        })
        .collect();
    paired_ratio(&pairs)
}
