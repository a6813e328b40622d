use std::time::Instant;

use clap::{Args, ValueEnum};

use super::command_line::command;
use super::database::DatabaseArguments;
use super::failure::Failure;
use super::known_name::nearest;
use super::load::LoadArguments;
use super::parse::percent;
use super::patience::PatienceArguments;
use crate::compare::{CandidateError, CompareRequest, ComparedCandidate};
use crate::model::load::Load;
use crate::model::named::Named;
use crate::model::strategy::Strategy;

/// Who is compared, and how precisely
#[derive(Debug, Args)]
#[command(next_help_heading = "Advanced")]
pub(super) struct CandidateArguments {
    /// Strategies to compare [default: all]
    ///
    /// Strategies or mistakes, each as [LABEL=]NAME[+CHOICE=VALUE]…, where CHOICE is guard,
    /// isolation, read, write or hold, as in `pessimistic,slow=pessimistic+hold=1ms`.
    #[arg(
        short,
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        value_parser = candidate,
        help_heading = None::<&'static str>
    )]
    strategies: Vec<ComparedCandidate>,
    /// Label of the strategy that the others are measured against [default: pessimistic, or the
    /// first that is correct]
    #[arg(long, value_name = "LABEL", hide_short_help = true)]
    reference: Option<String>,
    /// Measure until every ratio is within ± this
    ///
    /// Half the width of its interval, as a percentage of the ratio.
    #[arg(
        long,
        value_name = "PERCENT",
        default_value = "5%",
        value_parser = percent,
        help_heading = None::<&'static str>
    )]
    precision: f64,
    #[command(flatten)]
    patience: PatienceArguments,
    /// Skip the naive control under the same load
    #[arg(long, hide_short_help = true)]
    no_control: bool,
}

fn candidate(text: &str) -> Result<ComparedCandidate, String> {
    text.parse().map_err(|error: CandidateError| {
        let near = match &error {
            CandidateError::UnknownRow(row, _) => {
                let known = Named::value_variants().iter();
                nearest(row, known.map(ToString::to_string))
            }
            _ => Vec::new(),
        };
        match near.as_slice() {
            [] => error.to_string(),
            near => format!("{error}; the most similar names: {}", near.join(", ")),
        }
    })
}

impl CandidateArguments {
    /// What they ask for, on that kind of database; `otherwise` where they name nobody.
    pub(super) fn request(
        &self,
        load: Load,
        given: &LoadArguments,
        database: &DatabaseArguments,
        otherwise: &[Strategy],
        since: Instant,
    ) -> Result<CompareRequest, Failure> {
        let backend = database.target()?.backend();
        let candidates: Vec<ComparedCandidate> = match self.strategies.as_slice() {
            [] => otherwise
                .iter()
                .filter(|strategy| strategy.plan().refusal(backend).is_none())
                .map(|strategy| (*strategy).into())
                .collect(),
            chosen => chosen.to_vec(),
        };
        let request = CompareRequest {
            reference: self.reference.clone(),
            candidates,
            load,
            control: !self.no_control,
            precision: self.precision,
            since,
            fixed_rounds: given.fixes_rounds()?,
            ample_stock: !given.fixes_stock()?,
            brief: false,
            max_time: self.patience.max_time,
            command: command(database),
        };
        request.check(backend).map_err(Failure::usage)?;
        Ok(request)
    }
}
