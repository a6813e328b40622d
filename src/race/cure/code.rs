//! What the sessions of a schedule send, by which it is decided what can be changed there.

use crate::explore::Step;
use crate::race::anomaly::reader::{Doing, read};
use crate::race::anomaly::touch::{ColumnsOf, How, Touch};
use crate::race::dialect::Dialect;
use crate::race::edits::Shape;

/// A statement of a session.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) session: usize,
    pub(super) sql: String,
    pub(super) binds: Vec<String>,
    pub(super) shape: Shape,
    pub(super) touches: Vec<Touch>,
    /// The columns of the only row that was read, with their values.
    pub(super) answer: Vec<(String, String)>,
    pub(super) commits: bool,
}

/// All that the sessions of a schedule send, in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct Code(pub(super) Vec<Sent>);

impl Code {
    /// What is sent in these steps, as far as the texts tell.
    pub(super) fn of(steps: &[Step], columns: ColumnsOf<'_>) -> Self {
        let steps = steps.iter().filter(|step| !step.goes_on_inside());
        let sent = steps.filter_map(|step| {
            let doing = read(&step.sql, &step.binds, columns, Dialect::Postgres);
            let commits = doing == Doing::Ends(true);
            let touches = match doing {
                Doing::Touches(touches) => touches,
                _ => Vec::new(),
            };
            Some(Sent {
                session: step.session,
                shape: Shape::of(&step.sql)?,
                answer: answer(&touches, step.result.as_deref().unwrap_or_default()),
                sql: step.sql.clone(),
                binds: step.binds.clone(),
                touches,
                commits,
            })
        });
        Self(sent.collect())
    }

    /// Statements of different shapes of which that is true, in their order.
    pub(super) fn different(&self, is_meant: impl Fn(&Sent) -> bool) -> Vec<&Sent> {
        let mut found: Vec<&Sent> = Vec::new();
        for sent in self.0.iter().filter(|it| is_meant(it)) {
            if !found.iter().any(|known| known.shape == sent.shape) {
                found.push(sent);
            }
        }
        found
    }

    /// Whether any statement does that to a table.
    pub(super) fn any(&self, table: &str, does: impl Fn(&How) -> bool) -> bool {
        let mut touches = self.0.iter().flat_map(|sent| &sent.touches);
        touches.any(|touch| touch.table == table && does(&touch.how))
    }

    /// Whether any session commits by itself.
    pub(super) fn has_transaction(&self) -> bool {
        self.0.iter().any(|sent| sent.commits)
    }

    /// The statements of a session from the first of that shape to its COMMIT, or to the one that it
    /// would have.
    pub(super) fn until_commit(&self, shape: &Shape) -> Option<usize> {
        let first = self.0.iter().position(|sent| sent.shape == *shape)?;
        let session = self.0[first].session;
        let own = self.0[first..]
            .iter()
            .filter(|sent| sent.session == session);
        let commit = own.clone().position(|sent| sent.commits);
        Some(commit.unwrap_or_else(|| own.count()) + 1)
    }
}

impl Sent {
    /// The table that a SELECT reads, where it is the only one, and the SELECT does not lock.
    pub(super) fn looks_at(&self) -> Option<&Touch> {
        match self.touches.as_slice() {
            [only] => only.read().filter(|it| !it.locks && !it.own).map(|_| only),
            _ => None,
        }
    }

    /// What it updates.
    pub(super) fn updates(&self) -> Option<&Touch> {
        let mut touches = self.touches.iter();
        touches.find(|touch| matches!(touch.how, How::Update(_)))
    }

    /// What it inserts.
    pub(super) fn inserts(&self) -> Option<&Touch> {
        self.touches.iter().find(|touch| touch.how == How::Insert)
    }
}

/// The columns of the only row that was read, by the answer in short.
fn answer(touches: &[Touch], result: &str) -> Vec<(String, String)> {
    let [only] = touches else { return Vec::new() };
    let Some(read) = only.read() else {
        return Vec::new();
    };
    let values: Vec<&str> = result.split(", ").collect();
    match values.len() == read.shown.len() && !result.ends_with(" rows") {
        true => {
            let each = read.shown.iter().cloned();
            each.zip(values.into_iter().map(str::to_owned)).collect()
        }
        false => Vec::new(),
    }
}
