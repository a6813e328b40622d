//! Which strategy to take, at the user's own numbers: a short compare of the ordinary ones that
//! promise to be safe there, of which one is chosen by a rule; then a look at what layers
//! would add, and at what a few other numbers would change.

mod burden;
mod layers;
mod neighbour;
mod reason;
mod result;
mod rule;
mod study;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::ValueEnum;

pub use burden::Burden;
pub use layers::{Layer, Layers};
pub use neighbour::Neighbour;
pub use reason::{PassedOver, Reason};
pub use result::{Advice, Change, Outlook, Recommendation, SCHEMA};

use crate::compare::statistics::LEAST;
use crate::compare::{CompareRequest, Conditions, RoundProgress, Standing, Timing};
use crate::db::Engine;
use crate::model::load::Load;
use crate::model::strategy::{Deployment, Promise, Strategy};
use crate::purchase::explain::{Sent, overhear};
use crate::run::Shop;
use study::Study;

/// What to advise on.
#[derive(Clone, Debug)]
pub struct AdviseRequest {
    /// Those to choose from; empty: all strategies. Who does not promise to be safe is left out.
    pub strategies: Vec<Strategy>,
    /// The user's own numbers.
    pub load: Load,
    /// Processes that sell: where there are several, a lock inside one protects from no other.
    pub servers: u32,
    /// How narrow the interval of each ratio is to become.
    pub precision: f64,
    /// When the command began: whatever comes before the rounds is a part of `max_time`.
    pub since: Instant,
    /// After how long all of it is to end, within one round.
    pub max_time: Duration,
    /// Whether a round is as long as the load says even where too few of them then fit.
    pub fixed_rounds: bool,
    /// Whether the stock is only there for nobody to be turned away.
    pub ample_stock: bool,
    /// Whether to look at layers, and at what other numbers would change.
    pub neighbours: bool,
    /// The command that asks for the same again, for the report.
    pub command: String,
}

/// Compares, chooses, and looks at what would change the choice, until that is done or `stop`
/// is set.
///
/// # Errors
/// The database cannot be used, or a round ended early or cannot be audited.
pub fn advise(
    shop: &mut Shop<'_>,
    request: &AdviseRequest,
    stop: &AtomicBool,
    progress: &RoundProgress,
) -> Result<Advice> {
    let database = shop.description()?;
    let engine = database.engine();
    let (candidates, further) = layers::apart(request.candidates(engine), request);
    let compared = CompareRequest {
        candidates,
        reference: None,
        load: request.load.clone(),
        control: true,
        precision: request.precision,
        since: request.since,
        max_time: request.max_time,
        fixed_rounds: request.fixed_rounds,
        ample_stock: request.ample_stock,
        brief: false,
        command: request.command.clone(),
    };
    let mut study = Study {
        shop,
        request,
        engine,
        stop,
        progress,
        pace: None,
        timing: Timing::default(),
    };
    let comparison = study.choose(&compared, !request.neighbours)?;
    let all: Vec<&Standing> = comparison.ranked.iter().collect();
    let enough = comparison.rounds as usize >= LEAST;
    let choice = rule::choose(&all, engine.backend).filter(|_| enough);
    let (mut layers, mut outlook) = (None, Vec::new());
    if let Some(choice) = choice.as_ref().filter(|_| request.neighbours) {
        layers = study.layers(&compared, further, choice)?;
        outlook = study.outlook(&compared, choice)?;
    }
    let timing = study.timing;
    let recommendation = choice
        .as_ref()
        .map(|choice| Recommendation::new(choice, &comparison, engine.backend));
    let deciding = choice
        .as_ref()
        .filter(|choice| choice.chosen.strategy.plan.claims_first())
        .and_then(|_| {
            let decides = |one: &&&Standing| !one.strategy.plan.claims_first();
            let deciding: Vec<&Standing> = all.iter().filter(decides).copied().collect();
            let choice = rule::choose(&deciding, engine.backend)?;
            Some(Recommendation::new(&choice, &comparison, engine.backend))
        });
    let statements = match &choice {
        Some(choice) => statements(shop, choice.chosen)?,
        None => Vec::new(),
    };
    Ok(Advice {
        schema: SCHEMA,
        conditions: Conditions::new(&compared, database),
        servers: request.servers,
        deciding,
        recommendation,
        statements,
        layers,
        comparison,
        outlook,
        interrupted: stop.load(Relaxed),
        timing,
        elapsed_s: request.since.elapsed().as_secs_f64(),
    })
}

/// What one purchase of it sends.
fn statements(shop: &mut Shop<'_>, chosen: &Standing) -> Result<Vec<Sent>> {
    let plan = chosen.strategy.plan;
    shop.restart_in(plan.layout, &Load::default())?;
    shop.ready_for(&plan)?;
    overhear(shop.connection(), plan)
}

impl AdviseRequest {
    /// Those to choose from: whatever promises to be safe there, in so many processes.
    pub fn candidates(&self, engine: Engine) -> Vec<Strategy> {
        let circumstances = Deployment {
            servers: self.servers,
            ..engine.into()
        };
        let strategies = match self.strategies.as_slice() {
            [] => Strategy::value_variants(),
            chosen => chosen,
        };
        strategies
            .iter()
            .copied()
            .filter(|strategy| strategy.promise(circumstances) == Some(Promise::Safe))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::ComparedCandidate;
    use crate::db::Backend;

    /// Those to choose from, and the layers.
    fn labels(servers: u32, strategies: &[Strategy]) -> (Vec<String>, Vec<String>) {
        let request = AdviseRequest {
            strategies: strategies.to_vec(),
            load: Load::default(),
            servers,
            precision: 0.1,
            since: Instant::now(),
            max_time: Duration::ZERO,
            fixed_rounds: false,
            ample_stock: true,
            neighbours: true,
            command: String::new(),
        };
        let safe = request.candidates(Engine::of(Backend::Postgres));
        let (ordinary, layers) = layers::apart(safe, &request);
        let labels = |candidates: Vec<ComparedCandidate>| {
            candidates.into_iter().map(|compared| compared.label)
        };
        (labels(ordinary).collect(), labels(layers).collect())
    }

    #[test]
    fn a_lock_inside_one_process_is_no_advice_for_several() {
        assert!(labels(1, &[]).1.contains(&"mutex".to_owned()));
        assert!(!labels(2, &[]).1.contains(&"mutex".to_owned()));
    }

    #[test]
    fn whoever_does_not_promise_to_be_safe_is_left_out() {
        assert!(!labels(2, &[]).0.contains(&"naive".to_owned()));
        let chosen = [Strategy::Naive, Strategy::Atomic];
        assert_eq!(labels(2, &chosen).0, ["atomic"]);
    }

    #[test]
    fn what_changes_the_architecture_is_not_chosen_from() {
        let (ordinary, layers) = labels(2, &[]);
        for label in ["atomic", "pessimistic", "optimistic", "serializable"] {
            assert!(ordinary.contains(&label.to_owned()), "{label}");
        }
        for label in ["combine", "buckets", "unit-rows", "procedure", "leader"] {
            assert!(layers.contains(&label.to_owned()), "{label}");
            assert!(!ordinary.contains(&label.to_owned()), "{label}");
        }
        let only = [Strategy::Combine, Strategy::Buckets];
        let (ordinary, layers) = labels(2, &only);
        assert_eq!(
            ordinary,
            ["combine", "buckets"],
            "nothing else was asked for"
        );
        assert!(layers.is_empty());
    }
}
