//! The page of anomalies: the table of each database, and each script as it really went.

use std::fmt::Write;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use lockbench::db::{Backend, Description, Level};
use lockbench::proof::anomaly::{AnomaliesResult, Anomaly, Finding, Outcome, Survey, run};
use lockbench::report::anomalies::{story, table};

use super::common;

const INTRODUCTION: &str = "\
# The anomalies

<!-- Made by `UPDATE_DOCS=1 tests/run documentation`; a test compares. -->

Isolation levels are meant to prevent anomalies. This page shows which ones they really prevent, with
the scripts of Martin Kleppmann's [Hermitage](https://github.com/ept/hermitage), run by
`lockbench anomalies` on PostgreSQL 15, MariaDB 10.11 and SQLite 3. `lockbench anomalies --database …`
does the same on yours, and `--show ANOMALY` shows each step.

An anomaly is an entry in [src/proof/anomaly/](../src/proof/anomaly): its script, and how to tell that it occurred.
The same script runs at every level and on every database; if one session waits or is refused, the
others continue. \"Prevented\" is reported only if lockbench saw what prevented it.

Differences from Hermitage, which was written on PostgreSQL 9.3 and MySQL 5.6:

* On PostgreSQL every outcome is the same as in Hermitage.
* On MariaDB the outcomes are those of Hermitage's MySQL page, at every level of the standard. MariaDB
  also has `innodb_snapshot_isolation` (on by default since 11.6.2), with which REPEATABLE READ refuses
  to write to a row that has changed since the transaction's snapshot. It prevents the lost update and
  the anomalies that the page marks as \"R/O\".
* Hermitage does not cover SQLite.
* In G0, session 2 writes the second row as soon as it can, so a dirty write leaves a mixture and does
  not have to be inferred from the absence of a wait. P4 subtracts from the value that was read, because
  writing the same value twice cannot show that one of the writes is lost. PMP-write begins with the
  read that Hermitage has only at MySQL's SERIALIZABLE. OTV has the reads of its MySQL page.
";

fn survey(backend: Backend) -> AnomaliesResult {
    let database = common::Alone::new(backend);
    let mut connection = database.connect().expect("a connection");
    let description = Description::of(&database, &mut connection).expect("a description");
    let survey = Survey {
        anomalies: Anomaly::ALL.to_vec(),
        levels: Level::all(&description),
        patience: Duration::from_secs(30),
    };
    let never = AtomicBool::new(false);
    let mut found = run(&database, description, &survey, &never).expect("a survey");
    let histories = found.results.iter_mut();
    for history in histories.filter_map(|finding| finding.history.as_mut()) {
        for words in history.steps.iter_mut().filter_map(|it| it.result.as_mut()) {
            *words = as_in_every_release(words);
        }
    }
    found
}

/// MariaDB says since 10.11.19, of error 1020 as of others before, that the transaction is to be
/// tried again. The page is about what happens, and holds for the releases before it as well.
fn as_in_every_release(words: &str) -> String {
    match words.strip_suffix("; try restarting transaction") {
        Some(older) if older.starts_with("Record has changed since last read") => older.to_owned(),
        _ => words.to_owned(),
    }
}

/// The outcomes of an anomaly that say most: the strongest level at which it occurs, and the
/// weakest that prevents it on PostgreSQL and on MariaDB.
fn telling<'a>(
    anomaly: &Anomaly,
    surveys: &'a [(Backend, AnomaliesResult)],
) -> Vec<(Backend, &'a Finding)> {
    let own = |backend: Backend, occurs: bool| {
        let (_, result) = surveys
            .iter()
            .find(|(one, _)| *one == backend)
            .expect("a survey");
        let mut own = result.results.iter().filter(move |one| {
            one.anomaly == anomaly.name && (one.outcome == Outcome::Occurs) == occurs
        });
        let found = if occurs { own.next_back() } else { own.next() };
        found.map(|finding| (backend, finding))
    };
    let occurs = own(Backend::Postgres, true).or_else(|| own(Backend::Mysql, true));
    let prevented = [Backend::Postgres, Backend::Mysql].map(|backend| own(backend, false));
    occurs
        .into_iter()
        .chain(prevented.into_iter().flatten())
        .collect()
}

pub(crate) fn page() -> String {
    let surveys: Vec<(Backend, AnomaliesResult)> =
        [Backend::Postgres, Backend::Mysql, Backend::Sqlite]
            .into_iter()
            .map(|backend| (backend, survey(backend)))
            .collect();
    let mut page = INTRODUCTION.to_owned();
    for (backend, result) in &surveys {
        let _ = write!(page, "\n## On {backend}\n\n");
        let rows = table(result);
        let (rows, _) = rows.split_once("\n\n").expect("a table and its legend");
        let _ = write!(page, "{rows}\n\n{}\n", result.notes.join("\n"));
    }
    page.push_str(
        "\n**occurs**: not prevented. `waits`: a session has to wait until another has ended. \
         `snapshot`: reads\nreturn earlier data. Anything else is the error that a session gets.\
         \n\nTo the right of the scripts below are the committed values, by id.\n",
    );
    for anomaly in Anomaly::ALL {
        let _ = write!(page, "\n## {anomaly}\n\n{}\n", anomaly.what);
        let _ = write!(page, "\nIt has happened when {}.\n", anomaly.sign);
        for (backend, finding) in telling(anomaly, &surveys) {
            let said = match &finding.outcome {
                Outcome::Occurs => "occurs".to_owned(),
                Outcome::Prevented { how } => format!("prevented ({how})"),
                Outcome::Inconclusive { .. } => "inconclusive".to_owned(),
            };
            let _ = write!(
                page,
                "\n### {}: {backend}, {}: {said}\n\n{}",
                anomaly.letter,
                finding.level,
                story(finding)
            );
        }
    }
    page
}
