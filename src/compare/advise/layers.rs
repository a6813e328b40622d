//! What is faster on one item than what is advised, and changes the architecture.

use serde::Serialize;

use super::AdviseRequest;
use crate::compare::statistics::Estimate;
use crate::compare::{ComparedCandidate, Comparison};
use crate::model::load::Load;
use crate::model::strategy::Strategy;

/// What layers do for one item that all buyers want.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Layers {
    /// Units of one item that the advised strategy sold per second: whoever needs no more has no
    /// use for a layer. `null` where that could not be measured.
    pub enough_below_per_s: Option<Estimate>,
    /// Those that are shown to sell more, the fastest first.
    pub faster: Vec<Layer>,
    /// Those for which there was no time.
    pub not_measured: Vec<String>,
    /// All that were measured, the advised strategy among them.
    pub comparison: Comparison,
}

/// One that is shown to sell more of one item.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Layer {
    /// The strategy.
    pub label: String,
    /// What of the architecture it changes.
    pub changes: &'static str,
    /// Units of one item sold per second.
    pub goodput_per_s: Option<Estimate>,
    /// How many times as much as the advised strategy that is.
    pub ratio: Estimate,
}

/// One item that all buyers want; a basket of several stays as it is.
pub(super) fn hot(load: &Load) -> Load {
    match load.basket {
        0 | 1 => Load {
            items: 1,
            ..load.clone()
        },
        _ => load.clone(),
    }
}

impl Layers {
    /// What came of a comparison with the one that is advised.
    pub(super) fn of(comparison: Comparison, advised: &str, not_measured: Vec<String>) -> Self {
        let of_advised = comparison.ranked.iter().find(|one| one.label == advised);
        let is_reference = comparison.reference.as_deref() == Some(advised);
        let faster = comparison.ranked.iter().filter(|_| is_reference);
        let faster = faster.filter_map(|one| {
            let is_above = |ratio: &Estimate| ratio.low.is_some_and(|low| low > 1.0);
            Some(Layer {
                label: one.label.clone(),
                changes: Strategy::named(&one.strategy.plan)?.changes()?,
                goodput_per_s: one.goodput_per_s,
                ratio: one.ratio.filter(is_above)?,
            })
        });
        Self {
            enough_below_per_s: of_advised.and_then(|one| one.goodput_per_s),
            faster: faster.collect(),
            not_measured,
            comparison,
        }
    }
}

/// Those to choose from, and the layers beside them. Whoever asks for nothing but layers chooses
/// among those.
pub(super) fn apart(
    safe: Vec<Strategy>,
    request: &AdviseRequest,
) -> (Vec<ComparedCandidate>, Vec<ComparedCandidate>) {
    let (ordinary, layers): (Vec<_>, Vec<_>) = safe.into_iter().partition(|one| one.is_ordinary());
    let candidates = |strategies: Vec<Strategy>| -> Vec<ComparedCandidate> {
        strategies
            .into_iter()
            .map(ComparedCandidate::from)
            .collect()
    };
    if ordinary.is_empty() {
        return (candidates(layers), Vec::new());
    }
    let layers = if request.neighbours {
        layers
    } else {
        Vec::new()
    };
    (candidates(ordinary), candidates(layers))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::compare::{Standing, fixture, ranked_fixture};

    fn one(strategy: Strategy, goodput: f64) -> Standing {
        Standing {
            strategy: strategy.into(),
            ..fixture(&strategy.to_string(), &[goodput; 8])
        }
    }

    #[test]
    fn only_what_is_shown_to_be_faster_and_changes_something_is_offered() {
        let comparison = ranked_fixture(vec![
            one(Strategy::Combine, 500.0),
            one(Strategy::Pessimistic, 100.0),
            one(Strategy::Buckets, 90.0),
        ]);
        let layers = Layers::of(comparison, "pessimistic", Vec::new());
        assert_eq!(layers.enough_below_per_s.unwrap().value, 100.0);
        let [combine] = layers.faster.as_slice() else {
            panic!("{:?}", layers.faster);
        };
        assert_eq!(combine.label, "combine");
        assert!((combine.ratio.value - 5.0).abs() < 1e-9);
    }
}
