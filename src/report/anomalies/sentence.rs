//! A survey of anomalies in sentences.

use crate::proof::anomaly::{AnomaliesResult, Finding, How, Outcome};
use crate::report::plain::INTERRUPTED;

/// How many each level prevents.
pub(super) fn summary(result: &AnomaliesResult) -> String {
    let levels: Vec<String> = result
        .levels
        .iter()
        .map(|level| of_level(result, level))
        .collect();
    let place = format!("{} {}", result.database.backend, result.database.version);
    let interrupted = match result.interrupted {
        true => format!("{INTERRUPTED} So far: "),
        false => String::new(),
    };
    format!("{interrupted}{place}: {}.", levels.join("; "))
}

fn of_level(result: &AnomaliesResult, level: &str) -> String {
    let of_level = || result.results.iter().filter(|one| one.level == level);
    let all = of_level().count();
    let count =
        |wanted: fn(&Outcome) -> bool| of_level().filter(|one| wanted(&one.outcome)).count();
    let prevented = count(|outcome| matches!(outcome, Outcome::Prevented { .. }));
    let doubtful = count(|outcome| matches!(outcome, Outcome::Inconclusive { .. }));
    let number = if prevented == all && all > 2 {
        format!("all {all}")
    } else {
        format!("{prevented} of {all}")
    };
    let doubt = match doubtful {
        0 => String::new(),
        some => format!(", {some} inconclusive"),
    };
    format!("{level} prevents {number}{doubt}")
}

/// What came of one script, and how that shows.
pub(super) fn verdict(finding: &Finding) -> String {
    match &finding.outcome {
        Outcome::Occurs => format!("It occurs: {}.", finding.sign),
        Outcome::Prevented {
            how: How::Waiting { step },
        } => format!("Prevented: the session of step {step} has to wait until another has ended."),
        Outcome::Prevented {
            how: How::Error { session, code },
        } => format!("Prevented: session {session} fails with {code}, and rolls back."),
        Outcome::Prevented { how: How::Snapshot } => {
            "Prevented: reads come from a snapshot in which none of it shows.".to_owned()
        }
        Outcome::Inconclusive { reason } => format!("Inconclusive: {reason}."),
    }
}

/// The outcome, as a title has it.
pub(super) fn outcome(finding: &Finding) -> String {
    match &finding.outcome {
        Outcome::Occurs => "occurs".to_owned(),
        Outcome::Prevented { how } => format!("prevented ({how})"),
        Outcome::Inconclusive { .. } => "inconclusive".to_owned(),
    }
}

/// The anomalies that were run, each once, by its first finding.
pub(super) fn anomalies(result: &AnomaliesResult) -> Vec<&Finding> {
    let mut found: Vec<&Finding> = Vec::new();
    for finding in &result.results {
        if !found.iter().any(|one| one.anomaly == finding.anomaly) {
            found.push(finding);
        }
    }
    found
}

/// What the words in the cells mean.
pub(super) const CELLS: &str = "OCCURS: not prevented. waits: a session has to wait until \
another has ended. snapshot: reads come from an earlier snapshot. Anything else is the error \
that aborts a session.";
