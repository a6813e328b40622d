//! What sessions began with on this server, and that lockbench had to set or to leave.

use crate::db::Description;

/// A sentence each, on a line of its own.
pub(super) fn sentences(database: &Description) -> String {
    let found = database.session_settings.iter();
    found.map(|found| format!("{found}.\n")).collect()
}
