//! What goes wrong without a circle of reads and writes: a deadlock, and what is done twice outside.

use std::collections::BTreeMap;

use super::event::place;
use super::fact::{Anomaly, AnomalyName, Deed, Edge, EdgeKind};
use crate::explore::Step;
use crate::race::footprints::is_call;

/// What a session is refused with because of a deadlock: PostgreSQL's SQLSTATE, and MariaDB's number.
const DEADLOCK: [&str; 2] = ["40P01", "1213"];

/// A deadlock: the session that was refused, and those that waited for each other until then.
pub(super) fn deadlock(steps: &[Step]) -> Option<Anomaly> {
    let is_victim = |step: &Step| {
        step.code
            .as_deref()
            .is_some_and(|code| DEADLOCK.contains(&code))
    };
    let victim = steps.iter().position(is_victim)?;
    let ring = ring(steps, victim).or_else(|| closed_by_another(steps, victim))?;
    let wait = |step: usize| place(steps, step + 1, Deed::Wait);
    // Each waits for the one before it, and the first for the last.
    let circle = ring.iter().enumerate().map(|(at, step)| Edge {
        kind: EdgeKind::Waits,
        from: wait(*step),
        to: wait(ring[(at + ring.len() - 1) % ring.len()]),
        table: None,
        key: BTreeMap::new(),
        doubts: Vec::new(),
    });
    let circle = circle.collect();
    let mut sorted = ring.clone();
    sorted.sort_unstable();
    Some(Anomaly {
        name: Some(AnomalyName::Deadlock),
        because: None,
        table: None,
        key: BTreeMap::new(),
        statements: sorted.into_iter().map(wait).collect(),
        circle,
    })
}

/// The steps of a deadlock whose victim has closed the circle: each waits for the one before it.
fn ring(steps: &[Step], victim: usize) -> Option<Vec<usize>> {
    // Whoever has waited for one of them when that one was refused.
    let waits_for = |session: usize| {
        let mut waiting = steps.iter().enumerate().filter(|(at, step)| {
            let others = step.blocked_by.as_deref().unwrap_or_default();
            let still = step.blocked_until.is_none_or(|until| until > victim);
            *at != victim && others.contains(&session) && *at <= victim && still
        });
        waiting.next().map(|(at, _)| at)
    };
    let mut ring = vec![victim];
    while let Some(next) = ring.last().and_then(|last| waits_for(steps[*last].session)) {
        if ring.contains(&next) {
            break;
        }
        ring.push(next);
    }
    (ring.len() > 1).then_some(ring)
}

/// The same where the victim waited already, and another one's statement closed the circle, which goes
/// on at once. Told only where those two alone waited.
fn closed_by_another(steps: &[Step], victim: usize) -> Option<Vec<usize>> {
    let closing = steps[victim].blocked_until?.checked_sub(1)?;
    let others = steps[victim].blocked_by.as_deref()?;
    let still = |(at, step): (usize, &Step)| {
        let until = step.blocked_until;
        at < closing && step.blocked_by.is_some() && until.is_none_or(|until| until > closing)
    };
    let waiting = steps.iter().enumerate().filter(|it| still(*it)).count();
    let alone = others == [steps.get(closing)?.session] && waiting == 1;
    alone.then(|| vec![victim, closing])
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
