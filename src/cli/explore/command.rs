//! The command that gives a result, for whoever wants it again.

use super::ExploreArguments;
use crate::cli::command_line::quoted;
use crate::proof::purchases::Purchases;
use crate::report::explore::{setting, setting_inside};

impl ExploreArguments {
    /// The command line, without what is as usual, and without a password.
    pub(super) fn command(&self, wanted: &Purchases) -> String {
        let mut command = format!(
            "lockbench explore {}{} --database {}",
            wanted.candidate.arguments(),
            setting(
                wanted.sessions,
                wanted.stock,
                wanted.quantity,
                wanted.max_attempts
            ),
            quoted(&self.database.shown())
        );
        command.push_str(&self.database.sessions_again());
        let search = &self.search;
        if search.no_pruning {
            command.push_str(" --no-pruning");
        }
        command.push_str(&setting_inside(wanted.inside.name()));
        command.push_str(&search.coverage.again());
        if let Some(token) = &search.replay {
            command.push_str(&format!(" --replay {token}"));
        }
        for name in &self.beside {
            command.push_str(&format!(" --beside {name}"));
        }
        command
    }
}
