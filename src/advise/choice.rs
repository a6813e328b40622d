//! The choice itself: the simplest of those that nothing is shown to be faster than.

use super::{Burden, Recommendation};
use crate::compare::{Comparison, Standing, ratio};
use crate::db::Backend;

/// Chooses among those of the comparison that `suits`: `None` where none of them is ranked.
///
/// The fastest has no claim where no difference is shown: the one that asks least of the
/// program is taken, and of several such the one that was measured to be fastest.
pub(super) fn choose(
    comparison: &Comparison,
    backend: Backend,
    suits: impl Fn(&Standing) -> bool,
) -> Option<Recommendation> {
    let suitable: Vec<&Standing> = comparison.ranked.iter().filter(|one| suits(one)).collect();
    let fastest = *suitable.first()?;
    let is_slower = |one: &Standing| ratio(one, fastest).is_some_and(|ratio| ratio.excludes(1.0));
    let (slower, as_fast): (Vec<&Standing>, Vec<&Standing>) =
        suitable.iter().partition(|one| is_slower(one));
    let burdens = |standing: &Standing| Burden::of(&standing.strategy.plan, backend);
    let chosen = *as_fast.iter().min_by_key(|one| burdens(one).len())?;
    let next = slower.first().copied();
    Some(Recommendation {
        label: chosen.label.clone(),
        burdens: burdens(chosen),
        goodput_per_s: chosen.goodput_per_s,
        no_difference_from: as_fast
            .iter()
            .filter(|one| one.label != chosen.label)
            .map(|one| one.label.clone())
            .collect(),
        next_best: next.map(|next| next.label.clone()),
        next_best_ratio: next.and_then(|next| ratio(next, chosen)),
        to_fastest: comparison
            .ranked
            .first()
            .filter(|first| first.label != chosen.label)
            .and_then(|first| ratio(chosen, first)),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::compare::{fixture, ranked_fixture};
    use crate::strategy::Strategy;

    fn one(strategy: Strategy, goodput: f64) -> Standing {
        // Without any noise: every difference is shown.
        Standing {
            strategy: strategy.into(),
            ..fixture(&strategy.to_string(), &[goodput; 8])
        }
    }

    fn chosen(standings: Vec<Standing>) -> Recommendation {
        choose(&ranked_fixture(standings), Backend::Postgres, |_| true).unwrap()
    }

    #[test]
    fn the_fastest_is_taken_where_it_is_shown_to_be() {
        let found = chosen(vec![
            one(Strategy::Pessimistic, 50.0),
            one(Strategy::Optimistic, 100.0),
        ]);
        assert_eq!(found.label, "optimistic");
        assert_eq!(found.burdens, [Burden::RetryLoop]);
        assert_eq!(found.next_best.as_deref(), Some("pessimistic"));
        assert_eq!(found.next_best_ratio.unwrap().value, 0.5);
        assert!(found.no_difference_from.is_empty());
        assert_eq!(found.to_fastest, None);
    }

    #[test]
    fn the_simplest_is_taken_where_no_difference_is_shown() {
        let found = chosen(vec![
            one(Strategy::Serializable, 100.0),
            one(Strategy::Optimistic, 100.0),
            one(Strategy::Pessimistic, 100.0),
            one(Strategy::Advisory, 10.0),
        ]);
        assert_eq!(found.label, "pessimistic");
        assert_eq!(found.no_difference_from.len(), 2);
        assert_eq!(found.next_best.as_deref(), Some("advisory"));
    }

    #[test]
    fn among_those_that_suit_nobody_may_be_left() {
        let comparison = ranked_fixture(vec![one(Strategy::Atomic, 100.0)]);
        assert_eq!(choose(&comparison, Backend::Postgres, |_| false), None);
    }
}
