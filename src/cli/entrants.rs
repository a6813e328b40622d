//! Who is compared, and how precisely.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;

use super::compare::{command, refuse};
use super::database::DatabaseArguments;
use super::failure::Failure;
use super::load::duration;
use crate::compare::{CompareRequest, Entrant, EntrantError};
use crate::load::Load;
use crate::strategy::Strategy;

/// Who is compared, and how precisely
#[derive(Debug, Args)]
#[command(next_help_heading = "Comparison")]
pub(super) struct EntrantArguments {
    /// Who is compared: strategies and mistakes, each as [LABEL=]NAME[+CHOICE=VALUE]…, where
    /// CHOICE is guard, isolation, read, write or hold, as in
    /// `pessimistic,slow=pessimistic+hold=1ms` [default: all strategies]
    #[arg(
        long,
        value_name = "STRATEGY,…",
        value_delimiter = ',',
        value_parser = entrant
    )]
    strategies: Vec<Entrant>,
    /// The one that the others are measured by, by its label [default: pessimistic, or the first
    /// that is right]
    #[arg(long, value_name = "LABEL")]
    reference: Option<String>,
    /// How narrow the interval of each ratio is to become: half its width, as a share of it
    #[arg(long, value_name = "PERCENT", default_value = "5%", value_parser = percent)]
    precision: f64,
    /// Begin no further round after this time, beyond the six that it takes at least
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    max_time: Duration,
    /// Do not see to it that naive breaks under the same load
    #[arg(long)]
    no_control: bool,
}

fn entrant(text: &str) -> Result<Entrant, EntrantError> {
    text.parse()
}

/// "5%" as 0.05.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    match number.trim().parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent < 100.0 => Ok(percent / 100.0),
        _ => Err("write a number above 0 and below 100, as in 5%".to_owned()),
    }
}

impl EntrantArguments {
    /// What they ask for, on that kind of database; `otherwise` where they name nobody.
    pub(super) fn request(
        &self,
        load: Load,
        database: &DatabaseArguments,
        otherwise: &[Strategy],
    ) -> Result<CompareRequest, Failure> {
        let backend = database.address()?.backend();
        let entrants: Vec<Entrant> = match self.strategies.as_slice() {
            [] => otherwise
                .iter()
                .filter(|strategy| strategy.plan().refusal(backend).is_none())
                .map(|strategy| (*strategy).into())
                .collect(),
            chosen => chosen.to_vec(),
        };
        if let Some(why) = entrants.iter().find_map(|entrant| entrant.refusal(&load)) {
            return Err(refuse(why));
        }
        let mut labels = BTreeSet::new();
        for entrant in &entrants {
            if !labels.insert(entrant.label.as_str()) {
                return Err(refuse(format!(
                    "two are called {:?}: give one a label of its own, as in `again={}`",
                    entrant.label, entrant.label
                )));
            }
            if let Some(why) = entrant.contender.plan.refusal(backend) {
                return Err(refuse(format!(
                    "{} cannot be run on {backend}: {why}",
                    entrant.label
                )));
            }
        }
        if let Some(reference) = &self.reference
            && !labels.contains(reference.as_str())
        {
            let known: Vec<&str> = labels.into_iter().collect();
            return Err(refuse(format!(
                "the reference {reference:?} is not among those compared: {}",
                known.join(", ")
            )));
        }
        Ok(CompareRequest {
            reference: self.reference.clone(),
            entrants,
            load,
            control: !self.no_control,
            precision: self.precision,
            max_time: self.max_time,
            command: command(database),
        })
    }
}
