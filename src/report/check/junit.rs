//! The result of a check as JUnit XML: a suite for each database, a case for each strategy.

use std::time::Duration;

use anyhow::Result;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::sentence::{complaint, control, no_verdict, seen};
use crate::check::{Attempt, CheckResult, Checked, FailedCheck, Outcome};

pub(super) fn render(attempts: &[Attempt]) -> Result<String> {
    let mut report = Report::new("lockbench check");
    let mut total = Duration::ZERO;
    for attempt in attempts {
        report.add_test_suite(match attempt {
            Attempt::Checked(result) => {
                total += Duration::from_secs_f64(result.elapsed_s);
                suite(result)
            }
            Attempt::Failed(failed) => error(failed),
        });
    }
    report.set_time(total);
    Ok(report.to_string()?)
}

fn suite(result: &CheckResult) -> TestSuite {
    let name = format!("{} {}", result.database.backend, result.database.version);
    let mut suite = TestSuite::new(name.clone());
    suite.set_time(Duration::from_secs_f64(result.elapsed_s));
    let cases = result.results.iter();
    suite.add_test_cases(cases.map(|checked| case(&name, result, checked)));
    suite
}

/// A database that could not be checked: an error, so that its absence is no pass.
fn error(failed: &FailedCheck) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(no_verdict(failed));
    let mut case = TestCase::new("check", status);
    case.set_classname(failed.database_argument.clone());
    let mut suite = TestSuite::new(failed.database_argument.clone());
    suite.add_test_case(case);
    suite
}

fn case(database: &str, result: &CheckResult, checked: &Checked) -> TestCase {
    let mut status = match checked.outcome {
        Outcome::Held | Outcome::Caught => TestCaseStatus::success(),
        Outcome::Broken | Outcome::NotCaught => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        // Not a pass, and not a failure of the strategy's either.
        Outcome::Inconclusive => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Unsupported | Outcome::Interrupted => TestCaseStatus::skipped(),
    };
    let message = complaint(result, checked).unwrap_or_else(|| seen(result, checked));
    if !message.is_empty() {
        status.set_message(message);
    }
    if matches!(
        checked.outcome,
        Outcome::Broken | Outcome::NotCaught | Outcome::Inconclusive
    ) {
        status.set_description(format!(
            "{}\nRepeat it: {}",
            control(result),
            checked.repeat
        ));
    }
    let mut case = TestCase::new(checked.strategy.clone(), status);
    case.set_classname(database);
    let proof = checked.proof.as_ref().map_or(0.0, |proof| proof.elapsed_s);
    case.set_time(Duration::from_secs_f64(checked.elapsed_s + proof));
    case
}
