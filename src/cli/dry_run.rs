//! `--dry-run`: what a command would do, said without doing it.

mod rehearsal;

use std::time::Duration;

use anyhow::Result;

use super::database::Target;
use super::failure::Failure;
use super::output::{terminal_width, to_terminal};
use crate::db::Backend;
use crate::model::candidate::Candidate;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::Strategy;
use crate::report::fold::{ENDLESS, folded, hanging, listed};
use crate::report::run::load_line;
use rehearsal::Rehearsal;

/// Where a line's second column begins.
const INDENT: usize = 12;

/// What a command would do.
pub(super) struct DryRun<'a> {
    pub(super) target: &'a Target,
    /// Those that would sell, by the names they go by.
    pub(super) candidates: Vec<(String, Candidate)>,
    pub(super) load: &'a Load,
    /// What else there is to say before the time.
    pub(super) lines: Vec<(&'static str, String)>,
    pub(super) time: TimeNeeded,
}

/// How long a command would take.
#[derive(Clone, Copy)]
pub(super) enum TimeNeeded {
    /// It keeps to that limit.
    AtMost(Duration),
    /// As long as one run of the only one that sells.
    OneRun,
    /// As long as so many runs of each, and of naive as their control.
    Rounds(u32),
}

/// The load of each round, where strategies are compared.
pub(super) fn load_of_rounds(load: &Load) -> (&'static str, String) {
    let line = load_line(load, Scenario::Inventory, 0);
    ("load", line + " in each round")
}

/// Candidates by their own names.
pub(super) fn named(candidates: Vec<Candidate>) -> Vec<(String, Candidate)> {
    let named = |one: Candidate| (one.name.clone(), one);
    candidates.into_iter().map(named).collect()
}

impl DryRun<'_> {
    /// Shows the load, the SQL and how long it would take. The database that was named is not
    /// opened: purchases are rehearsed on a private one of the same kind.
    pub(super) fn show(self) -> Result<(), Failure> {
        self.target.announce();
        let backend = self.target.backend();
        let rehearsals = self.rehearse(backend);
        let width = terminal_width(ENDLESS);
        let mut lines = vec![
            match self.candidates.as_slice() {
                [(name, only)] => ("strategy", format!("{name} ({})", only.plan)),
                several => {
                    let names: Vec<&str> = several.iter().map(|(name, _)| name.as_str()).collect();
                    ("strategies", names.join(", "))
                }
            },
            ("database", format!("{} (not opened)", self.target.shown())),
        ];
        lines.extend(self.lines.iter().cloned());
        lines.push(("time", self.expected(rehearsals.as_deref().ok())));
        let mut out = folded("Dry run: nothing is run, and nothing is touched.", width);
        out.push('\n');
        out.push_str(&listed(&lines, INDENT, width));
        out.push('\n');
        match &rehearsals {
            Ok(rehearsals) => {
                let heading = format!("What one purchase sends, captured on a private {backend}:");
                out.push_str(&folded(&heading, width));
                for ((name, candidate), rehearsal) in self.candidates.iter().zip(rehearsals) {
                    if self.candidates.len() > 1 {
                        let heading = format!("\n{name} ({})", candidate.plan);
                        out.push_str(&folded(&heading, width));
                    }
                    out.push_str(&shown(rehearsal, width));
                }
            }
            Err(error) => {
                let why = format!(
                    "What it sends cannot be shown: no private {backend} could be started to capture it on: {error:#}"
                );
                out.push_str(&folded(&why, width));
            }
        }
        to_terminal(&out)
    }

    /// A purchase of each, and behind them one of the control where there is one.
    fn rehearse(&self, backend: Backend) -> Result<Vec<Rehearsal>> {
        let candidates = self.candidates.iter();
        let mut all: Vec<Candidate> = candidates.map(|(_, one)| one.clone()).collect();
        if let TimeNeeded::Rounds(_) = self.time {
            all.push(Strategy::Naive.into());
        }
        Rehearsal::of_each(backend, &all)
    }

    /// How long it would take. A time that was asked for is kept; a number of orders takes what
    /// it takes, between all buyers at once and one after the other.
    fn expected(&self, rehearsals: Option<&[Rehearsal]>) -> String {
        let load = self.load;
        let rounds = match self.time {
            TimeNeeded::AtMost(limit) => {
                let limit = humantime::format_duration(limit);
                return format!("at most {limit}, and one round");
            }
            TimeNeeded::OneRun => 1,
            TimeNeeded::Rounds(rounds) => rounds,
        };
        let runs = f64::from(rounds) * self.runs_of_a_round();
        if let Some(duration) = load.duration {
            return in_seconds(runs * (load.warm_up + duration).as_secs_f64());
        }
        let (Some(orders), Some(rehearsals)) = (load.orders, rehearsals) else {
            return "until all the work is done".to_owned();
        };
        let (orders, warm_up) = (orders as f64, runs * load.warm_up.as_secs_f64());
        let alone: f64 = rehearsals.iter().filter_map(Rehearsal::seconds).sum();
        let purchases = f64::from(rounds) * alone + runs * load.hold.as_secs_f64();
        let arrival = load.rate.map_or(0.0, |rate| runs * orders / rate);
        let one_by_one = warm_up + orders * purchases;
        let at_once = warm_up + orders * purchases / f64::from(load.threads);
        format!(
            "about {} if no buyer waits for another, {} if all of them wait in line, longer with retries ({} takes {:.0} µs here, plus {} of think time)",
            in_seconds(at_once.max(arrival)),
            in_seconds(one_by_one.max(arrival)),
            match self.time {
                TimeNeeded::Rounds(_) => "one purchase alone, on average,",
                TimeNeeded::OneRun | TimeNeeded::AtMost(_) => "one purchase alone",
            },
            alone / self.runs_of_a_round() * 1e6,
            humantime::format_duration(load.hold)
        )
    }

    /// Runs in a round: of each, and of the control where there is one.
    fn runs_of_a_round(&self) -> f64 {
        let control = matches!(self.time, TimeNeeded::Rounds(_));
        (self.candidates.len() + usize::from(control)).max(1) as f64
    }
}

/// The statements of a purchase, or why there are none.
fn shown(rehearsal: &Rehearsal, width: usize) -> String {
    match rehearsal {
        Rehearsal::Held { sent, .. } => sent
            .iter()
            .map(|sent| {
                let line = format!("{}   {}", sent.text, sent.binds);
                hanging("  ", line.trim_end(), width)
            })
            .collect(),
        Rehearsal::Refused(why) => hanging("  ", &format!("not run: {why}"), width),
    }
}

fn in_seconds(seconds: f64) -> String {
    match seconds {
        ..10.0 => format!("{seconds:.2} s"),
        _ => format!("{seconds:.0} s"),
    }
}
