//! Which strategy to take, at the user's own numbers: a short compare of those that promise to
//! be safe there, and a look at what a few other numbers would change.

mod burden;
mod choice;
mod neighbour;
mod result;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::ValueEnum;

pub use burden::Burden;
pub use neighbour::Neighbour;
pub use result::{Advice, Change, Outlook, Recommendation, SCHEMA};

use crate::compare::{CompareRequest, Course, Entrant, RoundProgress, Setting};
use crate::db::Engine;
use crate::load::Load;
use crate::run::Shop;
use crate::strategy::{Promise, Setting as Circumstances, Strategy};

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
    /// After how long no further round of the compare begins.
    pub max_time: Duration,
    /// Whether to look at what other numbers would change.
    pub neighbours: bool,
    /// The command that asks for the same again, for the report.
    pub command: String,
}

/// How many are looked at again under other numbers: the one that is recommended, and the
/// fastest of the others.
const FINALISTS: usize = 3;

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
    let began = Instant::now();
    let database = shop.description()?;
    let engine = database.engine();
    let compared = CompareRequest {
        entrants: safe(request, engine),
        reference: None,
        load: request.load.clone(),
        control: true,
        precision: request.precision,
        max_time: request.max_time,
        command: request.command.clone(),
    };
    let mut course = Course::new(&compared, vec![request.load.clone()], engine);
    course.run(shop, stop, progress)?;
    let comparison = course.conclude().swap_remove(0);
    let recommendation = choice::choose(&comparison, engine.backend, |_| true);
    let decides_within = recommendation
        .as_ref()
        .is_some_and(|chosen| chosen.burdens.contains(&Burden::OneStatement));
    let deciding = decides_within.then(|| {
        choice::choose(&comparison, engine.backend, |standing| {
            !standing.strategy.plan.claims_first()
        })
    });
    let mut outlook = Vec::new();
    if let Some(chosen) = &recommendation
        && request.neighbours
        && !stop.load(Relaxed)
    {
        let neighbours = Neighbour::of(&request.load);
        let others = comparison.ranked.iter().map(|standing| &standing.label);
        let others = others.filter(|label| **label != chosen.label);
        let finalists: Vec<&String> = std::iter::once(&chosen.label)
            .chain(others)
            .take(FINALISTS)
            .collect();
        let again = CompareRequest {
            entrants: compared
                .entrants
                .iter()
                .filter(|entrant| finalists.contains(&&entrant.label))
                .cloned()
                .collect(),
            reference: Some(chosen.label.clone()),
            // Their rightness is not what is asked here.
            control: false,
            ..compared.clone()
        };
        let loads = neighbours.iter().map(|one| one.load.clone()).collect();
        let mut course = Course::new(&again, loads, engine);
        course.run(shop, stop, progress)?;
        outlook = neighbours
            .into_iter()
            .zip(course.conclude())
            .map(|(neighbour, comparison)| Outlook::new(neighbour, comparison, &chosen.label))
            .collect();
    }
    Ok(Advice {
        schema: SCHEMA,
        setting: Setting::new(&compared, database),
        servers: request.servers,
        deciding: deciding.flatten(),
        recommendation,
        comparison,
        outlook,
        interrupted: stop.load(Relaxed),
        elapsed_s: began.elapsed().as_secs_f64(),
    })
}

/// Those to choose from that promise to be safe in so many processes.
fn safe(request: &AdviseRequest, engine: Engine) -> Vec<Entrant> {
    let circumstances = Circumstances {
        servers: request.servers,
        ..engine.into()
    };
    let strategies = match request.strategies.as_slice() {
        [] => Strategy::value_variants(),
        chosen => chosen,
    };
    strategies
        .iter()
        .filter(|strategy| strategy.promise(circumstances) == Some(Promise::Safe))
        .map(|strategy| Entrant::from(*strategy))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Backend;

    fn labels(servers: u32, strategies: &[Strategy]) -> Vec<String> {
        let request = AdviseRequest {
            strategies: strategies.to_vec(),
            load: Load::default(),
            servers,
            precision: 0.1,
            max_time: Duration::ZERO,
            neighbours: false,
            command: String::new(),
        };
        let entrants = safe(&request, Engine::of(Backend::Postgres));
        entrants.into_iter().map(|entrant| entrant.label).collect()
    }

    #[test]
    fn a_lock_inside_one_process_is_no_advice_for_several() {
        assert!(labels(1, &[]).contains(&"mutex".to_owned()));
        assert!(!labels(2, &[]).contains(&"mutex".to_owned()));
    }

    #[test]
    fn whoever_does_not_promise_to_be_safe_is_left_out() {
        assert!(!labels(2, &[]).contains(&"naive".to_owned()));
        let chosen = [Strategy::Naive, Strategy::Atomic];
        assert_eq!(labels(2, &chosen), ["atomic"]);
    }
}
