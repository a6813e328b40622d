//! Settings that the user wants measured as the server has them.

use serde::{Deserialize, Serialize};

use super::Setting;
use crate::db::Backend;

/// The names of settings that the sessions of buyers leave as the server has them. The session
/// that looks after the tables, and audits them, never does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Kept(Vec<String>);

/// A name of no setting that lockbench would set.
#[derive(Debug, thiserror::Error)]
#[error("lockbench sets no `{name}` on {backend}; it sets {known}")]
pub struct UnknownSetting {
    name: String,
    backend: Backend,
    known: String,
}

impl Kept {
    /// These settings of that kind of database.
    ///
    /// # Errors
    /// One of them is none that lockbench sets: the known ones are listed.
    pub fn new(backend: Backend, names: &[String]) -> Result<Self, UnknownSetting> {
        let known = || Setting::all(backend).map(|setting| setting.name);
        match names
            .iter()
            .find(|name| !known().any(|known| known == *name))
        {
            None => Ok(Self(names.to_vec())),
            Some(name) => Err(UnknownSetting {
                name: name.clone(),
                backend,
                known: known().collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// Whether the setting of that name is kept.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|kept| kept == name)
    }
}
