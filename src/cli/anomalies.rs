//! `lockbench anomalies`.

use std::time::Duration;

use anyhow::anyhow;
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::database::{self, DatabaseArguments};
use super::failure::Failure;
use super::output::OutputArguments;
use crate::db::{Description, Level};
use crate::proof::anomaly::{AnomaliesResult, Anomaly, Survey, run as survey};
use crate::report::anomalies::{AnomaliesFormat, Detail, render};
use crate::system::exit::Exit;
use crate::system::interrupt;

/// The width where there is no terminal.
const WIDTH: usize = 80;

/// How long nothing may move in a script.
const PATIENCE: Duration = Duration::from_secs(10);

/// Three sessions, the scheduler's, and the one that looks after the table.
const CONNECTIONS: u32 = 5;

/// Show which anomalies each isolation level actually prevents, and how
///
/// Runs the Hermitage scripts at every isolation level that the database distinguishes: two or
/// three sessions send one statement at a time. They use a table of their own, which is dropped at
/// the end.
#[derive(Debug, Args)]
pub(super) struct AnomaliesArguments {
    /// Run only these, by name (lost-update) or letter (P4), and show each step by step
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "ANOMALY,…",
        ignore_case = true
    )]
    show: Vec<&'static Anomaly>,
    /// Run only at these levels
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "LEVEL,…",
        value_parser = PossibleValuesParser::new(Level::NAMES)
    )]
    isolation: Vec<String>,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    output: OutputArguments<AnomaliesFormat>,
}

pub(super) fn run(arguments: &AnomaliesArguments) -> Result<Exit, Failure> {
    let target = arguments.database.target()?;
    let output = arguments.output.open()?;
    let stop = interrupt::flag().map_err(Failure::internal)?;
    let database = database::open_throwaway(&target, CONNECTIONS)?;
    let description = database
        .connect()
        .and_then(|mut connection| Description::of(&database, &mut connection))?;
    let wanted = arguments.survey(&description)?;
    let result = survey(&database, description, &wanted, stop)?;
    let text = arguments.render(&result, output.width(WIDTH));
    output.write(&text?)?;
    Ok(result.exit())
}

impl AnomaliesArguments {
    fn survey(&self, description: &Description) -> Result<Survey, Failure> {
        let known = Level::all(description);
        let mut levels = known.clone();
        if !self.isolation.is_empty() {
            levels.retain(|level| self.isolation.contains(&level.to_string()));
        }
        if levels.is_empty() {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            return Err(Failure::usage(anyhow!(
                "this {} does not distinguish {} from another level: it has {}",
                description.backend,
                self.isolation.join(" and "),
                known.join(", ")
            )));
        }
        let anomalies = match self.show.as_slice() {
            [] => Anomaly::ALL.to_vec(),
            chosen => chosen.to_vec(),
        };
        Ok(Survey {
            anomalies,
            levels,
            patience: PATIENCE,
        })
    }

    fn render(&self, result: &AnomaliesResult, width: usize) -> Result<String, Failure> {
        let detail = if self.show.is_empty() {
            Detail::Table
        } else {
            Detail::Timelines
        };
        render(result, self.output.format, detail, width).map_err(Failure::internal)
    }
}
