//! By what sessions were refused.

use crate::model::figures::thousands;
use crate::race::RaceResult;

/// In how many schedules a session failed, and by which error.
pub(super) fn refused(result: &RaceResult) -> Option<String> {
    if result.failed == 0 {
        return None;
    }
    let counts: Vec<String> = result
        .refused
        .iter()
        .map(|(code, count)| match *code {
            "none" => format!("{} without an error of the database's", thousands(*count)),
            "other" => format!("{} with another error", thousands(*count)),
            code => format!("{} with {code} ({})", thousands(*count), meaning(code)),
        })
        .collect();
    Some(format!(
        "In {} of {} orders a session fails, and is not tried again: {}.",
        thousands(result.failed),
        thousands(result.schedules),
        counts.join(", ")
    ))
}

/// What a SQLSTATE means, or a number of MariaDB's.
fn meaning(code: &str) -> &'static str {
    match code {
        "40001" | "1020" => "serialization failure",
        "40P01" | "1213" => "deadlock",
        "23505" | "1062" => "unique violation",
        "23503" | "1451" | "1452" => "foreign key violation",
        "23514" | "3819" | "4025" => "check violation",
        "23P01" => "exclusion violation",
        "55P03" | "1205" => "lock not available",
        "1467" => "no value for AUTO_INCREMENT",
        "57014" => "canceled",
        _ => "failed transaction",
    }
}
