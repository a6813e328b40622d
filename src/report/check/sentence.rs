//! The result of a check in sentences.

use crate::check::{CheckResult, Checked, FailedCheck, Outcome};
use crate::model::figures::{count, thousands};
use crate::model::strategy::Promise;
use crate::model::verdict::Verdict;

/// The verdict: "Every promise held on SQLite 3.53.2: 8 held, 1 caught". That the check was
/// interrupted comes before everything else.
pub(super) fn verdict(result: &CheckResult) -> String {
    let tally: Vec<String> = [
        Outcome::Broken,
        Outcome::NotCaught,
        Outcome::Held,
        Outcome::Caught,
        Outcome::Inconclusive,
        Outcome::Interrupted,
        Outcome::Unsupported,
    ]
    .into_iter()
    .filter_map(|outcome| {
        let number = result
            .results
            .iter()
            .filter(|one| one.outcome == outcome)
            .count();
        (number > 0).then(|| format!("{number} {outcome}"))
    })
    .collect();
    let (_, rounds) = result.control();
    let interrupted = format!(
        "Interrupted after {rounds} of {}",
        count(u64::from(result.rounds), "round", "rounds")
    );
    let judgement = match (result.verdict, result.interrupted) {
        (Outcome::Broken, true) => interrupted + ", and a promise was broken",
        (Outcome::Broken, false) => "A promise was broken".to_owned(),
        (_, true) => interrupted,
        (Outcome::Held, false) => "Every promise held".to_owned(),
        _ => "Inconclusive".to_owned(),
    };
    format!(
        "{judgement} on {} {}: {}",
        result.database.backend,
        result.database.version,
        tally.join(", ")
    )
}

/// Why there is no verdict on a database.
pub(super) fn no_verdict(failed: &FailedCheck) -> String {
    format!(
        "No verdict on {}: {}",
        failed.database_argument, failed.error
    )
}

/// How the control fared: what "held" rests on.
pub(super) fn control(result: &CheckResult) -> String {
    let (broken, rounds) = result.control();
    let proof = result.control_proof().map_or(String::new(), |proof| {
        format!(
            ", and in {} of {}",
            thousands(proof.broken),
            count(proof.schedules, "schedule", "schedules")
        )
    });
    let no_proof = result
        .no_proof()
        .map_or(String::new(), |why| format!(" No proof is valid: {why}."));
    format!(
        "The naive control broke in {broken} of {} under the same load ({} --seed {}){proof}.{no_proof}",
        count(u64::from(rounds), "round", "rounds"),
        result.load.arguments(),
        result.load.seed
    )
}

/// How many orders it was given.
pub(super) fn orders(checked: &Checked) -> String {
    thousands(checked.orders + checked.plenty_orders.unwrap_or(0))
}

/// How many of them it left without an answer.
pub(super) fn gave_up(checked: &Checked) -> String {
    let unanswered = &checked.unanswered;
    match unanswered.failed {
        0 => thousands(unanswered.gave_up),
        failed => format!(
            "{}, {} failed",
            thousands(unanswered.gave_up),
            thousands(failed)
        ),
    }
}

/// What was seen of a candidate, the gravest first, or why nothing was.
pub(super) fn seen(result: &CheckResult, checked: &Checked) -> String {
    if let Some(reason) = &checked.reason {
        return reason.clone();
    }
    let mut seen = checked.violations.in_words(&result.scenario.words());
    match checked.promise {
        Some(Promise::Deadlocks) => {
            seen.push(count(checked.deadlocks(), "deadlock", "deadlocks"));
        }
        Some(Promise::GivesUp) => {
            seen.push(count(checked.gave_up(), "buyer gave up", "buyers gave up"));
        }
        _ => {}
    }
    if checked.too_many_unanswered {
        seen.extend(unanswered(result, checked));
    }
    seen.join(", ")
}

/// Orders that were left without an answer: "186 of 200 orders gave up, some after 1 of 100
/// attempts".
fn unanswered(result: &CheckResult, checked: &Checked) -> Vec<String> {
    let unanswered = &checked.unanswered;
    let mut said = Vec::new();
    if unanswered.gave_up > 0 {
        let early = unanswered
            .gave_up_after
            .filter(|after| *after < result.load.max_attempts)
            .map_or(String::new(), |after| {
                format!(
                    ", some after {after} of {} attempts",
                    result.load.max_attempts
                )
            });
        said.push(format!(
            "{} of {} gave up{early}",
            thousands(unanswered.gave_up),
            count(unanswered.orders, "order", "orders"),
        ));
    }
    if unanswered.failed > 0 {
        said.push(count(unanswered.failed, "order failed", "orders failed"));
    }
    if let Some(proof) = &checked.proof
        && proof.gave_up + proof.failed > 0
    {
        said.push(format!(
            "a buyer gave up in {} and failed in {} of {}",
            thousands(proof.gave_up),
            thousands(proof.failed),
            count(proof.schedules, "schedule", "schedules")
        ));
    }
    said
}

/// What a promise means for whoever relies on it; only where it did not hold.
pub(super) fn complaint(result: &CheckResult, checked: &Checked) -> Option<String> {
    let (name, seen) = (&checked.strategy, seen(result, checked));
    let rounds = count(u64::from(checked.rounds), "round", "rounds");
    match (checked.outcome, checked.measured) {
        (Outcome::Broken, Some(Verdict::Unsafe)) => Some(format!(
            "{name} promises to be safe here, but was not: {}",
            if seen.is_empty() {
                format!("{} schedules", proof(checked))
            } else {
                seen
            }
        )),
        (Outcome::Broken, _) => Some(format!(
            "{name} promises to answer every order, but did not: {seen}"
        )),
        (Outcome::NotCaught, _) => Some(format!(
            "{name} is documented as a mistake here, but nothing went wrong in {rounds}"
        )),
        _ => None,
    }
}

/// What every schedule shows, in short: "safe in all 36", "80 of 92".
pub(super) fn proof(checked: &Checked) -> String {
    match &checked.proof {
        None => "—".to_owned(),
        Some(proof) => match proof.verdict {
            Verdict::Safe => format!("safe in all {}", thousands(proof.schedules)),
            Verdict::Unsafe => format!(
                "unsafe in {} of {}",
                thousands(proof.broken),
                thousands(proof.schedules)
            ),
            Verdict::Inconclusive if !proof.overlapped => "none: one statement".to_owned(),
            Verdict::Inconclusive => "none".to_owned(),
        },
    }
}
