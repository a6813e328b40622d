//! Running the scripts.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::judge::judge;
use super::session::{Tape, session};
use super::table::{in_words, reset, rows};
use super::{AnomaliesResult, Anomaly, COLUMNS, Does, Finding, Outcome, Survey, TABLE};
use crate::db::{AnyConnection, Database, Description, Level, Scratch};
use crate::explore::{Exploration, ExploreError, Inspection, Turn};

/// Runs every script at every level, until all are done or `stop` is set, in a table that is
/// there meanwhile.
///
/// # Errors
/// The database cannot be used, or does not let us make the table, or drop it.
pub fn run(
    database: &Database,
    description: Description,
    survey: &Survey,
    stop: &AtomicBool,
) -> Result<AnomaliesResult> {
    let began = Instant::now();
    let mut scratch = Scratch::make(database, TABLE, COLUMNS)?;
    let mut results = Vec::new();
    for anomaly in &survey.anomalies {
        for level in &survey.levels {
            if !stop.load(Relaxed) {
                let found = find(database, anomaly, *level, survey.patience);
                scratch.see_that_it_is_ours()?;
                results.push(found?);
            }
        }
    }
    scratch.remove()?;
    Ok(AnomaliesResult::new(
        description,
        survey,
        results,
        stop.load(Relaxed),
        began.elapsed(),
    ))
}

/// Runs one script at one level. A script that cannot be driven to its end is inconclusive; a
/// database that cannot be used is an error.
fn find(
    database: &Database,
    anomaly: &'static Anomaly,
    level: Level,
    patience: Duration,
) -> Result<Finding> {
    let tape = Tape::default();
    let turns: Vec<Turn> = anomaly
        .script
        .iter()
        .map(|line| Turn {
            session: line.session,
            rolls_back: line.does == Does::Rollback,
        })
        .collect();
    let (outcome, history) = match exploration(database, anomaly, level, &tape)
        .patience(patience)
        .follow(&turns)
    {
        Ok(history) => {
            let outcome = judge(anomaly, &tape.seen(), &history);
            (outcome, Some(history))
        }
        Err(error @ (ExploreError::Connect(_) | ExploreError::Reset(_))) => {
            return Err(anyhow!(error));
        }
        Err(error) => {
            let reason = error.to_string();
            (Outcome::Inconclusive { reason }, None)
        }
    };
    Ok(Finding::new(anomaly, level, outcome, history))
}

fn exploration(
    database: &Database,
    anomaly: &'static Anomaly,
    level: Level,
    tape: &Tape,
) -> Exploration<AnyConnection> {
    let connect = database.connector();
    let sessions = anomaly.sessions();
    let (blank, end) = (tape.clone(), tape.clone());
    let mut exploration = Exploration::new(move || {
        let mut connection = connect()?;
        level.ready(&mut connection)?;
        Ok::<_, anyhow::Error>(connection)
    })
    .progress_after(Duration::MAX)
    .reset(move |connection: &mut AnyConnection| {
        blank.rewind(sessions);
        reset(connection)
    })
    .watch(|connection: &mut AnyConnection| {
        let values = rows(connection)?;
        let values: Vec<String> = values.iter().map(|(_, value)| value.to_string()).collect();
        Ok::<_, diesel::result::Error>(values.join(" "))
    })
    .inspect(move |connection: &mut AnyConnection, _| {
        let left = rows(connection)?;
        let state = in_words(&left);
        end.leave(left);
        Ok::<_, diesel::result::Error>(Inspection {
            state: Some(state),
            ..Inspection::default()
        })
    });
    for number in 1..=sessions {
        exploration =
            exploration.session_that_tells(session(anomaly, number, level.isolation, tape));
    }
    exploration
}
