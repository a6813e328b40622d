//! What was found in a session, and what became of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::{Kept, Setting};

/// A setting that a session began with, and that was not what lockbench needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Found {
    /// Its name.
    pub name: &'static str,
    /// The value that the session began with.
    pub found: String,
    /// The value that lockbench needs.
    pub needed: &'static str,
    /// What goes wrong with another value.
    pub why: &'static str,
    /// What became of it.
    pub done: Done,
}

/// What became of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// It was set to the value needed.
    Set,
    /// It was left as it was, because the user wants it measured.
    Kept,
    /// The database did not let us set it.
    Refused,
}

impl Found {
    pub(super) fn new(setting: &'static Setting, found: impl Into<String>, done: Done) -> Self {
        Self {
            name: setting.name,
            found: found.into(),
            needed: setting.needed,
            why: setting.why,
            done,
        }
    }

    /// What becomes of `setting` where `kept` is to be left alone and the rest can be set; `None`
    /// where `value` is good.
    pub(super) fn of(setting: &'static Setting, value: &str, kept: &Kept) -> Option<Self> {
        let done = match kept.has(setting.name) {
            true => Done::Kept,
            false => Done::Set,
        };
        (!setting.is_met_by(value)).then(|| Self::new(setting, value, done))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            found,
            needed,
            why,
            ..
        } = self;
        let found = match found.as_str() {
            "" => "empty",
            found => found,
        };
        match self.done {
            Done::Set => write!(f, "{name} was {found} here; lockbench set it to {needed}"),
            Done::Kept => write!(f, "{name} is {found} here, and was kept"),
            Done::Refused => write!(
                f,
                "{name} is {found} here, and lockbench may not set it to {needed}: {why}"
            ),
        }
    }
}

/// What was found in all sessions of a database, by name.
#[derive(Clone, Debug, Default)]
pub(in crate::db) struct Findings(Arc<Mutex<BTreeMap<&'static str, Found>>>);

impl Findings {
    /// Adds what one session found.
    pub(in crate::db) fn add(&self, found: Vec<Found>) {
        if found.is_empty() {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(found.into_iter().map(|found| (found.name, found)));
    }

    /// All of it.
    pub(in crate::db) fn all(&self) -> Vec<Found> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().cloned().collect()
    }
}
