//! The result of a check as JUnit XML: a suite for each database, a case for each strategy.

use anyhow::Result;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::sentence::{complaint, control, seen};
use crate::check::{CheckResult, Checked, Outcome};

pub(super) fn render(results: &[CheckResult]) -> Result<String> {
    let mut report = Report::new("lockbench check");
    for result in results {
        let name = format!("{} {}", result.database.backend, result.database.version);
        let mut suite = TestSuite::new(name.clone());
        suite.add_test_cases(
            result
                .results
                .iter()
                .map(|checked| case(&name, result, checked)),
        );
        report.add_test_suite(suite);
    }
    Ok(report.to_string()?)
}

fn case(database: &str, result: &CheckResult, checked: &Checked) -> TestCase {
    let mut status = match checked.outcome {
        Outcome::Held | Outcome::Caught => TestCaseStatus::success(),
        Outcome::Broken | Outcome::NotCaught => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        // Not a pass, and not a failure of the strategy's either.
        Outcome::Inconclusive => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Unsupported => TestCaseStatus::skipped(),
    };
    let message = complaint(checked).unwrap_or_else(|| seen(checked));
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
    case
}
