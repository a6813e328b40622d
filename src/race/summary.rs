//! What an exploration amounts to, for whoever raced the sessions.

use std::collections::BTreeMap;

use super::anomaly::{Anomaly, Explainer};
use super::dialect::Dialect;
use super::difference::Difference;
use super::judge::{FAILED, Judge};
use super::observations::Observations;
use super::result::{FinalState, RaceResult, ReplayedRace, Witness};
use super::shared_runner::SharedRunner;
use super::{REPLAY_SCHEMA, Race, SCHEMA};
use crate::db::disposable::reach;
use crate::db::{Backend, IsolationLevel};
use crate::explore::{Explored, History, Token};
use crate::model::verdict::Verdict;

impl Race<'_> {
    pub(super) fn result(&self, explored: Explored) -> RaceResult {
        let judge = self.judge.borrow();
        let (verdict, reason) = self.judged(&explored);
        let sets_limits = (self.sessions.iter()).any(|session| session.seen().sets_limits);
        let refused = explored.marks.iter().copied();
        let refused = refused.filter(|(mark, _)| *mark != FAILED).collect();
        RaceResult {
            schema: SCHEMA,
            sessions: self.commands(),
            server: explored.server.clone(),
            isolation: self.request.isolation.map(|level| level.to_string()),
            every_statement: self.request.every_statement,
            inside: self.inside.name(),
            coverage: explored.coverage,
            extent: explored.extent,
            stopped_at_first: explored.stopped_at_first,
            schedules: explored.schedules,
            pruned: explored.pruned,
            broken: explored.broken,
            unsafe_repetitions: explored.stray_broken,
            failed: explored.marked(FAILED),
            refused,
            waited: explored.waited,
            waited_in_code: explored.waited_in_code,
            deadlocked: explored.deadlocked,
            cut: explored.cut,
            repetitions: explored.repetitions,
            verdict,
            reason,
            one_after_the_other: self.serial.clone(),
            final_states: (explored.final_states.iter())
                .map(|found| FinalState {
                    state: found.state.to_string(),
                    wrong: found.broken.clone(),
                    count: found.count,
                })
                .collect(),
            cures: None,
            left_out: self.left_out(),
            timeouts_unreached: explored.timeouts_unreached
                || sets_limits
                    && explored.waited > 0
                    && explored.marked("55P03") + explored.marked("1205") == 0,
            interrupted: explored.interrupted,
            elapsed_s: explored.elapsed.as_secs_f64(),
            covered: explored.covered(),
            strays: explored.strays(),
            command: String::new(),
            command_for_replay: String::new(),
            witness: explored.witness.map(|history| {
                let differences = judge.differences.get(&history.state.to_string()).cloned();
                Witness {
                    anomaly: self.anomaly(&judge, &history, differences.as_deref()),
                    differences: differences.unwrap_or_default(),
                    history,
                    repeats: explored.witness_repeats,
                }
            }),
        }
    }

    pub(super) fn replay_result(&self, token: &Token, history: History) -> ReplayedRace {
        let judge = self.judge.borrow();
        let differences = judge.differences.get(&history.state.to_string()).cloned();
        ReplayedRace {
            schema: REPLAY_SCHEMA,
            sessions: self.commands(),
            server: self.session.version.clone(),
            asked: token.clone(),
            undecided: judge.undecided.reason(),
            anomaly: self.anomaly(&judge, &history, differences.as_deref()),
            differences: differences.unwrap_or_default(),
            history,
            command: String::new(),
        }
    }

    /// What went wrong in a schedule. `differences`: in what it differs from all orders, where none of
    /// them, one after the other, leaves the same. A database that cannot be asked any more has no
    /// names.
    fn anomaly(
        &self,
        judge: &Judge,
        history: &History,
        differences: Option<&[Difference]>,
    ) -> Option<Anomaly> {
        history.broken.as_ref()?;
        // Where one may read what another takes back, there may be no circle at all.
        let reads_anything = |session: &SharedRunner| session.seen().reads_uncommitted;
        let is_mysql = self.database.disposable.clients().backend == Backend::Mysql;
        let by_default = self.session.level == IsolationLevel::ReadUncommitted;
        if is_mysql && (by_default || self.sessions.iter().any(reads_anything)) {
            return None;
        }
        let mut connection = self.database.disposable.connect().ok()?;
        let reach = reach(&mut connection).ok()?;
        let dialect = Dialect::of(connection.backend());
        let explainer = Explainer::new(&judge.oracle.normalizer.catalog, &reach, dialect);
        let may_be_refused = self.request.invariants.is_empty();
        let (is_proven, differences) = (differences.is_some(), differences.unwrap_or_default());
        explainer.explain(history, differences, is_proven, may_be_refused)
    }

    fn commands(&self) -> Vec<String> {
        let sessions = self.request.sessions.iter();
        sessions.map(|command| command.shown.clone()).collect()
    }

    /// The verdict, and why where it is inconclusive.
    fn judged(&self, explored: &Explored) -> (Verdict, Option<String>) {
        let was_seen = |what: fn(&Observations) -> bool| {
            let mut sessions = self.sessions.iter();
            sessions.any(|session| what(&session.seen()))
        };
        // What is wrong may then be the doing of statements that belong to no order.
        if was_seen(|seen| seen.went_on) {
            let reason = "a session sent more statements, or calls, after it had told its end, and \
                          when they ran was left to chance";
            return (Verdict::Inconclusive, Some(reason.to_owned()));
        }
        if was_seen(|seen| seen.unclear) {
            let reason = "the application sent a statement, or a call, while none of its requests \
                          was at work in it: whose it is cannot be told";
            return (Verdict::Inconclusive, Some(reason.to_owned()));
        }
        // That a session waits for ever may be its own doing, where it uses two connections.
        let at_once = was_seen(|seen| seen.at_once);
        let all_hung = explored.broken == explored.hung && explored.stray_broken == 0;
        match explored.verdict() {
            Verdict::Unsafe if !(at_once && all_hung) => (Verdict::Unsafe, None),
            Verdict::Safe if !at_once => match self.judge.borrow().undecided.reason() {
                Some(reason) => (Verdict::Inconclusive, Some(reason)),
                None => (Verdict::Safe, None),
            },
            _ if at_once => {
                let reason = "a session used two connections at once, and which of its statements \
                              came first was left to chance";
                (Verdict::Inconclusive, Some(reason.to_owned()))
            }
            verdict => {
                let undecided = self.judge.borrow().undecided.reason();
                (verdict, undecided.or_else(|| explored.reason()))
            }
        }
    }

    /// The columns that were left out, of the tables that ever changed.
    fn left_out(&self) -> BTreeMap<String, &'static str> {
        let judge = self.judge.borrow();
        let normalizer = &judge.oracle.normalizer;
        let name = |(number, place): &(usize, usize)| {
            let table = &normalizer.catalog.tables[*number];
            format!("{}.{}", table.shown(), table.columns[*place].name)
        };
        let changed = |at: &&(usize, usize)| normalizer.before.contains_key(&at.0);
        let made_up = normalizer.made_up.iter().filter(changed).map(|at| {
            let column = &normalizer.catalog.tables[at.0].columns[at.1];
            let why = match column.made_up {
                true => "the database makes its values up",
                false => "it differs between two runs of the same order",
            };
            (name(at), why)
        });
        let ignored = normalizer.ignored.iter().map(|at| (name(at), "--ignore"));
        made_up.chain(ignored).collect()
    }
}
