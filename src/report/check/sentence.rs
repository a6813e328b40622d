//! The result of a check in sentences.

use crate::check::{CheckResult, Checked, Outcome};
use crate::report::figures::{count, thousands};
use crate::report::sentence::wrongs;
use crate::scenario::Scenario;
use crate::strategy::Promise;
use crate::verdict::Verdict;

/// The verdict: "Every promise held on SQLite 3.53.2: 8 held, 1 caught".
pub(super) fn verdict(result: &CheckResult) -> String {
    let tally: Vec<String> = [
        Outcome::Broken,
        Outcome::NotCaught,
        Outcome::Held,
        Outcome::Caught,
        Outcome::Inconclusive,
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
    let judgement = match result.verdict {
        Outcome::Held => "Every promise held",
        Outcome::Broken => "A promise was broken",
        _ => "Inconclusive",
    };
    let interrupted = if result.interrupted {
        ", interrupted"
    } else {
        ""
    };
    format!(
        "{judgement} on {} {}: {}{interrupted}",
        result.database.backend,
        result.database.version,
        tally.join(", ")
    )
}

/// How the control fared: what "held" rests on.
pub(super) fn control(result: &CheckResult) -> String {
    let (broken, rounds) = result.control();
    format!(
        "The control, naive, broke in {broken} of {} under the same load ({} --seed {}).",
        count(u64::from(rounds), "round", "rounds"),
        result.load.arguments(),
        result.load.seed
    )
}

/// What was seen of a contender, or why nothing was.
pub(super) fn seen(checked: &Checked) -> String {
    match &checked.reason {
        Some(reason) => reason.clone(),
        None => {
            let mut seen = wrongs(&checked.violations, &Scenario::Inventory.words());
            match checked.promise {
                Some(Promise::Deadlocks) => {
                    seen.push(count(checked.deadlocks(), "deadlock", "deadlocks"));
                }
                Some(Promise::GivesUp) => {
                    seen.push(count(checked.gave_up(), "buyer gave up", "buyers gave up"));
                }
                _ => {}
            }
            seen.join(", ")
        }
    }
}

/// What a promise means for whoever relies on it; only where it did not hold.
pub(super) fn complaint(checked: &Checked) -> Option<String> {
    match checked.outcome {
        Outcome::Broken => Some(format!(
            "{} promises to be safe here and was not: {}",
            checked.strategy,
            seen(checked)
        )),
        Outcome::NotCaught => Some(format!(
            "{} is documented as a mistake here, and in {} nothing was wrong",
            checked.strategy,
            count(u64::from(checked.rounds), "round", "rounds")
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
            Verdict::Inconclusive => "none".to_owned(),
        },
    }
}
