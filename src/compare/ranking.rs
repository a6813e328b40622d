//! A ranking that says nothing that was not shown: those between which no difference is shown
//! share a place.

use super::Standing;
use crate::compare::statistics::{Estimate, paired_ratio};
use crate::model::strategy::Strategy;

/// Ranks those that were right, the fastest first, and measures them by the reference, whose
/// label comes with them.
///
/// They are put in the order of their ratio to it. The next one has a place of its own only
/// where it is shown to be slower than one of those on the place before: so there is no pair on
/// one place between which a difference is shown.
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
        let before = (first..place).map(|other| ratio(&right[place], &right[other]));
        let before: Vec<Option<Estimate>> = before.collect();
        let slower = before.iter().flatten().find(|ratio| ratio.excludes(1.0));
        right[place].ratio_to_before = slower.copied().or(before.first().copied().flatten());
        if slower.is_some() {
            first = place;
        }
        right[place].rank = Some(first as u32 + 1);
    }
    name_equals(&mut right);
    (right, Some(reference.label))
}

/// Tells each with whom it shares its place.
fn name_equals(ranked: &mut [Standing]) {
    let places: Vec<(Option<u32>, String)> = ranked
        .iter()
        .map(|standing| (standing.rank, standing.label.clone()))
        .collect();
    for standing in ranked {
        let others = places
            .iter()
            .filter(|(rank, label)| *rank == standing.rank && *label != standing.label);
        standing.no_difference_from = others.map(|(_, label)| label.clone()).collect();
    }
}

/// How many times the goodput of `to` that of `of` is, round by round.
pub(crate) fn ratio(of: &Standing, to: &Standing) -> Option<Estimate> {
    let pairs: Vec<(f64, f64)> = of
        .rounds
        .iter()
        .filter_map(|one| {
            let other = to.rounds.iter().find(|other| other.round == one.round)?;
            Some((one.speed(), other.speed()))
        })
        .collect();
    paired_ratio(&pairs)
}

/// A comparison of those, ranked.
#[cfg(test)]
pub(crate) fn ranked_fixture(standings: Vec<Standing>) -> super::Comparison {
    let (ranked, reference) = rank(standings, None);
    super::Comparison {
        load: crate::model::load::Load::default(),
        rounds: ranked.first().map_or(0, |one| one.rounds.len() as u32),
        completeness: super::Completeness::Complete,
        precise: true,
        reference,
        control: None,
        verdict: crate::model::verdict::Verdict::Safe,
        reason: None,
        ranked,
        unranked: Vec::new(),
        refused: Vec::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::compare::standing::fixture;

    /// Eight rounds in which the machine is now quick and now slow, for all alike.
    const DRIFT: [f64; 8] = [1.0, 0.5, 0.8, 0.3, 0.9, 0.6, 1.1, 0.7];
    /// What remains of noise when the drift is taken out.
    const NOISE: [f64; 8] = [1.02, 0.97, 1.01, 0.99, 1.03, 0.98, 0.96, 1.04];

    /// One that sells so many in each round, with noise that depends on its `kind`.
    fn one(label: &str, speed: f64, kind: usize) -> Standing {
        let rounds = DRIFT.iter().enumerate();
        let goodputs = rounds.map(|(round, drift)| speed * drift * NOISE[(round + kind) % 8]);
        fixture(label, &goodputs.collect::<Vec<_>>())
    }

    fn places(ranked: &[Standing]) -> Vec<(u32, &str)> {
        let place = |standing: &Standing| standing.rank.unwrap();
        ranked
            .iter()
            .map(|one| (place(one), one.label.as_str()))
            .collect()
    }

    #[test]
    fn a_difference_smaller_than_the_drift_is_seen_because_it_is_paired() {
        let right = vec![one("slow", 80.0, 0), one("quick", 100.0, 3)];
        let (ranked, reference) = rank(right, Some("slow"));
        assert_eq!(places(&ranked), [(1, "quick"), (2, "slow")]);
        assert_eq!(reference.as_deref(), Some("slow"));
        let ratio = ranked[0].ratio.unwrap();
        assert!((ratio.value - 1.25).abs() < 0.03, "{ratio:?}");
        assert!(
            ratio.low.unwrap() > 1.1 && ratio.high.unwrap() < 1.4,
            "{ratio:?}"
        );
        let before = ranked[1].ratio_to_before.unwrap();
        assert!(before.high.unwrap() < 1.0, "{before:?}");
    }

    #[test]
    fn the_same_one_twice_shares_a_place_with_itself() {
        let right = vec![one("a", 100.0, 0), one("b", 100.0, 3), one("c", 50.0, 5)];
        let (ranked, _) = rank(right, None);
        assert_eq!(ranked[0].rank, Some(1));
        assert_eq!(ranked[1].rank, Some(1));
        assert_eq!(ranked[0].no_difference_from, [ranked[1].label.clone()]);
        assert_eq!((ranked[2].rank, ranked[2].label.as_str()), (Some(3), "c"));
        assert!(ranked[2].no_difference_from.is_empty());
    }

    #[test]
    fn the_order_in_which_they_are_named_changes_nothing() {
        let right = || vec![one("a", 100.0, 0), one("b", 90.0, 2), one("c", 50.0, 5)];
        let (ranked, _) = rank(right(), Some("b"));
        let mut turned = right();
        turned.rotate_left(1);
        turned.swap(0, 1);
        let (again, _) = rank(turned, Some("b"));
        assert_eq!(places(&ranked), places(&again));
        let ratios =
            |ranked: &[Standing]| -> Vec<_> { ranked.iter().map(|one| one.ratio).collect() };
        assert_eq!(ratios(&ranked), ratios(&again));
    }

    #[test]
    fn too_few_rounds_show_no_difference() {
        let right = vec![fixture("a", &[100.0; 5]), fixture("b", &[10.0; 5])];
        let (ranked, _) = rank(right, None);
        assert_eq!(places(&ranked), [(1, "a"), (1, "b")]);
    }

    #[test]
    fn where_the_reference_is_not_ranked_the_first_takes_its_part() {
        let (ranked, reference) = rank(vec![one("a", 100.0, 0)], Some("naive"));
        assert_eq!(reference.as_deref(), Some("a"));
        assert_eq!(ranked[0].ratio.unwrap().value, 1.0);
        assert_eq!(rank(Vec::new(), None).1, None);
    }
}
