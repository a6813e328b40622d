//! What goes wrong without a circle of reads and writes: a deadlock, and what is done twice outside.

use std::collections::BTreeMap;

use super::course::place;
use super::fact::{Anomaly, AnomalyName, Deed, Edge, EdgeKind};
use crate::explore::Step;
use crate::race::footprints::is_call;

/// SQLSTATE of a session that was refused because of a deadlock.
const DEADLOCK: &str = "40P01";

/// A deadlock of two sessions: the one that was refused, and the one that it was waiting for.
pub(super) fn deadlock(steps: &[Step]) -> Option<Anomaly> {
    let place_of = |wanted: &dyn Fn(&Step) -> bool| steps.iter().position(wanted);
    let victim = place_of(&|step| step.code.as_deref() == Some(DEADLOCK))?;
    let session = steps[victim].session;
    let waits = |step: &Step, on: usize| {
        step.blocked_by
            .as_ref()
            .is_some_and(|others| others.contains(&on))
    };
    // Whoever waited for the one that was refused has gone on since, or with the same step.
    let other = place_of(&|step| step.session != session && waits(step, session))?;
    let for_other = steps[victim].blocked_by.as_ref();
    if for_other.is_some_and(|others| !others.is_empty() && !others.contains(&steps[other].session))
    {
        return None;
    }
    let wait = |step: usize| place(steps, step + 1, Deed::Wait);
    let edge = |from: usize, to: usize| Edge {
        kind: EdgeKind::Waits,
        from: wait(from),
        to: wait(to),
        table: None,
        key: BTreeMap::new(),
        doubts: Vec::new(),
    };
    let (first, last) = (victim.min(other), victim.max(other));
    Some(Anomaly {
        name: Some(AnomalyName::Deadlock),
        because: None,
        table: None,
        key: BTreeMap::new(),
        statements: vec![wait(first), wait(last)],
        circle: vec![edge(first, last), edge(last, first)],
    })
}

/// The same call by two sessions, where there are more calls than there should be.
pub(super) fn effect_twice(steps: &[Step]) -> Option<(usize, usize)> {
    let calls = |step: &&Step| is_call(&step.sql) && !step.failed;
    let calls: Vec<(usize, &Step)> = (1..).zip(steps).filter(|(_, step)| calls(step)).collect();
    calls.iter().enumerate().find_map(|(place, (first, one))| {
        let same =
            |(_, other): &&(usize, &Step)| other.session != one.session && other.sql == one.sql;
        let (second, _) = calls[place + 1..].iter().find(same)?;
        Some((*first, *second))
    })
}
