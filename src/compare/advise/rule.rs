//! The rule by which one of several right strategies is advised, from what was measured of them.
//!
//! The steps are taken in order. Each passes over those that give it a reason to, as long as one
//! is left, and the last of them leaves one alone:
//!
//! 1. whoever *struggles*: a quarter of its buyers' time or more goes into attempts that fail and
//!    the pauses between them, or an order was given up. It wins by throughput where the pauses
//!    take buyers out of each other's way, and lets some of them wait for very long;
//! 2. whoever's p99 latency is more than twice the best that is left;
//! 3. whoever is shown to be more than 10 % slower than the fastest that is left;
//! 4. whoever asks more of the program: a retry loop, a lock beside the rows;
//! 5. whoever sends more statements for a sale;
//! 6. whoever sold less.

use super::{Burden, PassedOver, Reason};
use crate::compare::{Standing, ratio};
use crate::db::Backend;

/// The share of the buyers' time that goes into failed attempts and pauses, from which on one
/// struggles.
const WASTED_SHARE: f64 = 0.25;

/// By what factor the p99 of one may exceed the best.
const TAIL: f64 = 2.0;

/// By how much the throughput of one may stay below the fastest's before that counts.
const SLOWER: f64 = 0.1;

/// Statements for a sale that differ by less than this are as many.
const AS_MANY: f64 = 0.25;

/// The one that is advised, and why none of the others is.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    pub(super) chosen: &'a Standing,
    /// The runner-up first: the one that would be advised if the chosen one were not there.
    pub(super) passed_over: Vec<PassedOver>,
}

/// Why one is passed over, given those that are left, of which it is one; `None` where it is not.
type Step = fn(&Standing, &[&Standing], Backend) -> Option<Reason>;

/// The rule.
const STEPS: [Step; 6] = [
    struggles, has_a_tail, is_slower, asks_more, sends_more, sold_less,
];

/// Chooses among `candidates`, which are in the order of their throughput: `None` of none.
pub(super) fn choose<'a>(candidates: &[&'a Standing], backend: Backend) -> Option<Choice<'a>> {
    let (chosen, mut passed_over) = decide(candidates, backend)?;
    let others: Vec<&Standing> = candidates
        .iter()
        .copied()
        .filter(|one| one.label != chosen.label)
        .collect();
    let runner_up = decide(&others, backend).map(|(runner_up, _)| runner_up.label.clone());
    passed_over.sort_by_key(|one| Some(&one.label) != runner_up.as_ref());
    Some(Choice {
        chosen,
        passed_over,
    })
}

/// Takes the steps: the one that is left, and the others, the last to go first.
fn decide<'a>(
    candidates: &[&'a Standing],
    backend: Backend,
) -> Option<(&'a Standing, Vec<PassedOver>)> {
    let mut left = candidates.to_vec();
    let mut passed_over = Vec::new();
    for step in STEPS {
        let reasons: Vec<Option<Reason>> =
            left.iter().map(|one| step(one, &left, backend)).collect();
        if reasons.iter().all(Option::is_some) {
            continue;
        }
        let mut kept = Vec::new();
        for (one, reason) in left.into_iter().zip(reasons) {
            match reason {
                None => kept.push(one),
                Some(reason) => passed_over.push(PassedOver {
                    label: one.label.clone(),
                    words: reason.to_string(),
                    reason,
                }),
            }
        }
        left = kept;
    }
    passed_over.reverse();
    left.first().map(|chosen| (*chosen, passed_over))
}

/// Step 1.
fn struggles(one: &Standing, _: &[&Standing], _: Backend) -> Option<Reason> {
    let share = one.time.wasted + one.time.backoff;
    let gave_up = one.outcomes.gave_up;
    (share >= WASTED_SHARE || gave_up > 0).then_some(Reason::Struggles {
        share,
        attempts_per_sale: one.attempts_per_sale,
        gave_up,
    })
}

/// Step 2.
fn has_a_tail(one: &Standing, left: &[&Standing], _: Backend) -> Option<Reason> {
    let p99 = |one: &Standing| one.latency_us.sold.distribution.p99;
    let (best, p99_us) = (left.iter().filter_map(|one| p99(one)).min()?, p99(one)?);
    (p99_us as f64 > best as f64 * TAIL).then_some(Reason::Tail {
        p99_us,
        best_p99_us: best,
    })
}

/// Step 3.
fn is_slower(one: &Standing, left: &[&Standing], _: Backend) -> Option<Reason> {
    let fastest = left.first()?;
    let ratio = ratio(one, fastest)?;
    let shown = ratio.high.is_some_and(|high| high < 1.0 - SLOWER);
    shown.then(|| Reason::Slower {
        ratio,
        to: fastest.label.clone(),
    })
}

/// Step 4. That the decision fits into one statement is no burden where it does: whoever's does
/// not is advised apart.
fn asks_more(one: &Standing, left: &[&Standing], backend: Backend) -> Option<Reason> {
    let burdens = |one: &Standing| {
        let mut burdens = Burden::of(&one.strategy.plan, backend);
        burdens.retain(|burden| *burden != Burden::OneStatement);
        burdens
    };
    let least = left.iter().map(|one| burdens(one).len()).min()?;
    let burdens = burdens(one);
    (burdens.len() > least).then_some(Reason::AsksMore { burdens })
}

/// Step 5.
fn sends_more(one: &Standing, left: &[&Standing], _: Backend) -> Option<Reason> {
    let sent = left.iter().filter_map(|one| one.statements_per_sale);
    let least = sent.fold(f64::INFINITY, f64::min);
    let statements_per_sale = one.statements_per_sale?;
    (statements_per_sale > least + AS_MANY).then_some(Reason::SendsMore {
        statements_per_sale,
        least,
    })
}

/// Step 6.
fn sold_less(one: &Standing, left: &[&Standing], _: Backend) -> Option<Reason> {
    let most = left.first()?;
    (one.label != most.label).then(|| Reason::SoldLess {
        ratio: ratio(one, most),
        than: most.label.clone(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::compare::{fixture, ranked_fixture};
    use crate::model::strategy::Strategy;

    /// One without any noise, so that every difference is shown, which sends as many statements
    /// as there are in its lesson on PostgreSQL.
    fn one(strategy: Strategy, goodput: f64, p99_us: u64) -> Standing {
        let mut one = fixture(&strategy.to_string(), &[goodput; 8]);
        one.strategy = strategy.into();
        one.latency_us.sold.distribution.p99 = Some(p99_us);
        one.statements_per_sale = Some(match strategy {
            Strategy::Atomic => 4.0,
            Strategy::Advisory => 7.0,
            _ => 5.0,
        });
        one
    }

    fn chosen(standings: Vec<Standing>) -> (String, Vec<PassedOver>) {
        let comparison = ranked_fixture(standings);
        let candidates: Vec<&Standing> = comparison.ranked.iter().collect();
        let choice = choose(&candidates, Backend::Postgres).unwrap();
        (choice.chosen.label.clone(), choice.passed_over)
    }

    #[test]
    fn who_wins_by_pausing_is_not_advised() {
        // The numbers of a hot row: by throughput optimistic is first.
        let mut optimistic = one(Strategy::Optimistic, 763.0, 52_000);
        optimistic.time.backoff = 0.8;
        optimistic.attempts_per_sale = 3.0;
        let (label, passed_over) = chosen(vec![
            optimistic,
            one(Strategy::Atomic, 715.0, 12_000),
            one(Strategy::Pessimistic, 647.0, 13_000),
        ]);
        assert_eq!(label, "atomic");
        assert_eq!(passed_over.len(), 2);
        assert_eq!(passed_over[0].label, "pessimistic", "the runner-up first");
        assert!(matches!(passed_over[1].reason, Reason::Struggles { .. }));
        assert!(passed_over[1].words.contains("80 %"), "{passed_over:?}");
    }

    #[test]
    fn who_gives_orders_up_is_not_advised() {
        let mut nowait = one(Strategy::Nowait, 900.0, 10_000);
        nowait.outcomes.gave_up = 1;
        let (label, _) = chosen(vec![nowait, one(Strategy::Pessimistic, 500.0, 10_000)]);
        assert_eq!(label, "pessimistic");
    }

    #[test]
    fn a_long_tail_is_not_made_up_for_by_throughput() {
        let (label, passed_over) = chosen(vec![
            one(Strategy::Serializable, 1_000.0, 21_000),
            one(Strategy::Pessimistic, 700.0, 10_000),
        ]);
        assert_eq!(label, "pessimistic");
        let tail = Reason::Tail {
            p99_us: 21_000,
            best_p99_us: 10_000,
        };
        assert_eq!(passed_over[0].reason, tail);
    }

    #[test]
    fn a_tenth_of_the_throughput_is_worth_no_retry_loop() {
        let (label, passed_over) = chosen(vec![
            one(Strategy::Optimistic, 100.0, 10_000),
            one(Strategy::Pessimistic, 91.0, 10_000),
        ]);
        assert_eq!(label, "pessimistic");
        let asks = Reason::AsksMore {
            burdens: vec![Burden::RetryLoop],
        };
        assert_eq!(passed_over[0].reason, asks);
        let (label, passed_over) = chosen(vec![
            one(Strategy::Optimistic, 100.0, 10_000),
            one(Strategy::Pessimistic, 80.0, 10_000),
        ]);
        assert_eq!(label, "optimistic", "a fifth is");
        assert!(matches!(passed_over[0].reason, Reason::Slower { .. }));
    }

    #[test]
    fn of_two_that_are_as_good_the_one_with_fewer_statements_is_advised() {
        let (label, passed_over) = chosen(vec![
            one(Strategy::Pessimistic, 100.0, 10_000),
            one(Strategy::Atomic, 99.0, 10_000),
        ]);
        assert_eq!(label, "atomic");
        assert!(matches!(passed_over[0].reason, Reason::SendsMore { .. }));
    }

    #[test]
    fn where_all_struggle_the_other_steps_decide() {
        let mut standings = vec![
            one(Strategy::Optimistic, 100.0, 10_000),
            one(Strategy::Serializable, 50.0, 10_000),
        ];
        for standing in &mut standings {
            standing.time.wasted = 0.5;
        }
        assert_eq!(chosen(standings).0, "optimistic");
    }

    #[test]
    fn a_percentile_that_is_not_known_counts_for_nobody() {
        let mut short = one(Strategy::Pessimistic, 100.0, 1);
        short.latency_us.sold.distribution.p99 = None;
        let (label, _) = chosen(vec![short, one(Strategy::Optimistic, 100.0, 99_000)]);
        assert_eq!(label, "pessimistic");
        assert!(choose(&[], Backend::Postgres).is_none());
    }
}
