//! A race as JUnit XML: a suite with one case, so that a CI server lists it among its tests.

use std::time::Duration;

use anyhow::Result;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::text;
use crate::model::verdict::Verdict;
use crate::race::{RaceResult, ReplayedRace};
use crate::report::fold::{self, ENDLESS};

const NAME: &str = "lockbench race";

pub(super) fn render(result: &RaceResult) -> Result<String> {
    let status = match result.verdict {
        Verdict::Safe => TestCaseStatus::success(),
        Verdict::Unsafe => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Inconclusive if result.interrupted => TestCaseStatus::skipped(),
        // Not a pass, and not a failure of the programs' either.
        Verdict::Inconclusive => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let whole = text::render(result, ENDLESS);
    one(
        text::who(&result.sessions),
        &result.server,
        Duration::from_secs_f64(result.elapsed_s),
        told(status, &text::verdict(result), &whole),
    )
}

pub(super) fn render_replay(result: &ReplayedRace) -> Result<String> {
    let (words, verdict) = text::verdict_of(result);
    let status = match verdict {
        Verdict::Safe => TestCaseStatus::success(),
        Verdict::Unsafe => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Inconclusive => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let whole = text::render_replay(result, ENDLESS);
    one(
        format!("{}, --replay {}", text::who(&result.sessions), result.asked),
        &result.server,
        Duration::ZERO,
        told(status, &words, &whole),
    )
}

fn told(mut status: TestCaseStatus, verdict: &str, whole: &str) -> TestCaseStatus {
    if !matches!(status, TestCaseStatus::Success { .. }) {
        status.set_message(verdict);
        status.set_description(fold::uncoloured(whole));
    }
    status
}

fn one(name: String, server: &str, time: Duration, status: TestCaseStatus) -> Result<String> {
    let mut case = TestCase::new(name, status);
    case.set_classname(server);
    case.set_time(time);
    let mut suite = TestSuite::new(server);
    suite.set_time(time);
    suite.add_test_case(case);
    let mut report = Report::new(NAME);
    report.set_time(time);
    report.add_test_suite(suite);
    Ok(report.to_string()?)
}
