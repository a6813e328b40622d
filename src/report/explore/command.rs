//! The arguments that say who buys what.

use crate::explore::Token;
use crate::proof::purchases::ExploreResult;

/// The arguments that say who buys what, where they are not the usual ones.
pub fn setting(sessions: usize, stock: i64, quantity: i64, max_attempts: u32) -> String {
    let mut text = String::new();
    let sessions = i64::try_from(sessions).unwrap_or(i64::MAX);
    for (name, value, usual) in [
        ("sessions", sessions, 2),
        ("stock", stock, 1),
        ("quantity", quantity, 1),
        (
            "max-attempts",
            max_attempts.into(),
            sessions.saturating_add(2),
        ),
    ] {
        if value != usual {
            text.push_str(&format!(" --{name} {value}"));
        }
    }
    text
}

/// The argument that says which statements are stopped inside, where any are.
pub fn setting_inside(inside: &str) -> String {
    match inside {
        "off" => String::new(),
        statements => format!(" --inside {statements}"),
    }
}

/// The command that runs `token` again.
pub(super) fn replay(result: &ExploreResult, token: &Token) -> String {
    format!(
        "lockbench explore {}{} --database {}{} --replay {token}",
        result.strategy.arguments(),
        setting(
            result.sessions,
            result.stock,
            result.quantity,
            result.max_attempts
        ),
        result.database_argument,
        setting_inside(result.inside),
    )
}
