#![allow(clippy::unwrap_used)]

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, Normal};

use super::*;

/// Changes of a score of depression in nine patients: Hollander, Wolfe and Chicken, table 3.1.
const DEPRESSION: [f64; 9] = [
    -0.952, 0.147, -1.022, -0.430, -0.620, -0.590, -0.490, 0.080, -0.010,
];

/// Permeability of a membrane at term, and at 12 to 26 weeks: the same, table 4.1.
const AT_TERM: [f64; 10] = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const BEFORE: [f64; 5] = [1.15, 0.88, 0.90, 0.74, 1.21];

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 5e-4, "{found}, not {expected}");
}

#[test]
fn the_centre_of_paired_differences_is_that_of_the_textbook() {
    let found = center(&DEPRESSION).unwrap();
    // Example 3.3: an estimate of -0.46, and (-0.786, -0.010) where 96 % are asked for; 96.5 %
    // take one more rank at each end.
    near(found.value, -0.46);
    assert!(found.low.unwrap() <= -0.786 && found.high.unwrap() >= -0.010);
}

#[test]
fn the_shift_between_two_samples_is_that_of_the_textbook() {
    let found = shift(&AT_TERM, &BEFORE).unwrap();
    // Example 4.3: an estimate of -0.305, and (-0.76, 0.15).
    near(found.value, -0.305);
    assert!(found.low.unwrap() <= -0.76 && found.high.unwrap() >= 0.15);
    assert!(!found.excludes(0.0));
    let back = shift(&BEFORE, &AT_TERM).unwrap();
    near(back.low.unwrap(), -found.high.unwrap());
}

#[test]
fn the_interval_of_six_values_reaches_from_the_least_to_the_greatest() {
    let values = [3.0, 1.0, 6.0, 2.0, 5.0, 4.0];
    let found = median(&values).unwrap();
    assert_eq!(found.value, 3.5);
    assert_eq!((found.low, found.high), (Some(1.0), Some(6.0)));
    let found = center(&values).unwrap();
    assert_eq!((found.low, found.high), (Some(1.0), Some(6.0)));
}

#[test]
fn fewer_than_six_values_have_no_interval_and_none_have_no_estimate() {
    assert_eq!(LEAST, 6);
    let found = median(&[1.0; LEAST - 1]).unwrap();
    assert_eq!((found.value, found.low, found.high), (1.0, None, None));
    assert!(!found.excludes(2.0));
    assert_eq!(median(&[]), None);
    assert_eq!(center(&[]), None);
    assert_eq!(shift(&[], &[1.0]), None);
}

#[test]
fn a_ratio_of_pairs_cancels_what_moved_both() {
    let drifting = [100.0, 90.0, 50.0, 20.0, 200.0, 10.0, 70.0];
    let pairs = drifting.map(|speed| (speed * 1.5, speed));
    let found = paired_ratio(&pairs).unwrap();
    near(found.value, 1.5);
    near(found.low.unwrap(), 1.5);
    near(found.high.unwrap(), 1.5);
    assert_eq!(paired_ratio(&[(1.0, 0.0)]), None);
}

#[test]
fn a_ratio_of_two_samples_is_one_over_the_other_way_round() {
    let (then, now) = ([90.0, 100.0, 110.0, 95.0, 105.0, 100.0], [50.0; 6]);
    let found = ratio(&then, &now).unwrap();
    near(found.value, 0.5);
    assert!(found.high.unwrap() < 0.6);
    let back = ratio(&now, &then).unwrap();
    near(back.value, 2.0);
}

/// Measures as a compare does: until the interval is narrow enough, at most thirty times.
/// Whether the interval then has the true value in it.
fn covers(noise: f64, random: &mut SmallRng) -> bool {
    let normal = Normal::new(0.0, noise).unwrap();
    let mut measured = Vec::new();
    loop {
        measured.push(normal.sample(random));
        let found = center(&measured).unwrap().map(f64::exp);
        let narrow = found
            .relative_half_width()
            .is_some_and(|width| width <= 0.05);
        if narrow || measured.len() == 30 {
            return !found.excludes(1.0);
        }
    }
}

#[test]
fn the_interval_covers_as_often_as_it_says_although_its_width_ends_the_measuring() {
    let mut random = SmallRng::seed_from_u64(7);
    for noise in [0.03, 0.08, 0.15] {
        let tries = 600;
        let covered = (0..tries).filter(|_| covers(noise, &mut random)).count();
        let share = covered as f64 / f64::from(tries);
        // Two standard errors of such a simulation are 0.018; nine in ten would fail.
        assert!(share >= CONFIDENCE - 0.018, "{share} at a noise of {noise}");
    }
}
