//! Where the buyers' time goes.

use crate::compare::{Comparison, Standing};
use crate::report::chart::{Shares, Stack};

/// What each part of `time` in the JSON is called, in the order in which it is drawn.
pub(in crate::report) const PARTS: [(&str, &str); 8] = [
    ("useful", "useful"),
    ("waiting", "waiting: lock, database, CPU"),
    ("wasted", "wasted attempts"),
    ("backoff", "backoff between attempts"),
    ("connection", "waiting for a connection"),
    ("thinking", "thinking (--hold)"),
    ("turned_away", "turned away"),
    ("idle", "between orders"),
];

/// The time of the buyers of all that were run, as shares.
pub(in crate::report) fn time(comparison: &Comparison) -> Shares {
    let stacks: Vec<Stack> = comparison.standings().map(stack).collect();
    let told: Vec<String> = stacks
        .iter()
        .map(|stack| {
            let shares = PARTS.iter().zip(&stack.shares);
            let parts: Vec<String> = shares
                .filter(|(_, share)| **share >= 0.005)
                .map(|((_, part), share)| format!("{part} {:.0} %", share * 100.0))
                .collect();
            format!("{}: {}", stack.name, parts.join(", "))
        })
        .collect();
    Shares {
        title: "Where the buyers' time goes".to_owned(),
        description: told.join("; "),
        parts: PARTS.map(|(_, words)| words.to_owned()).to_vec(),
        stacks,
    }
}

fn stack(standing: &Standing) -> Stack {
    let time = &standing.time;
    Stack {
        name: standing.label.clone(),
        shares: vec![
            time.useful,
            time.waiting,
            time.wasted,
            time.backoff,
            time.connection,
            time.thinking,
            time.turned_away,
            time.idle,
        ],
    }
}
