//! The account a server runs under: PostgreSQL and MariaDB refuse to run as root.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Result, bail};
use nix::unistd::{Gid, Uid, User, geteuid};

/// An unprivileged account to step down to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    user: Uid,
    group: Gid,
}

impl Account {
    /// The account to step down to: none when we are not root, else the one that packages make
    /// for the server, else `nobody`.
    ///
    /// # Errors
    /// Root on a system that has neither.
    pub(super) fn unprivileged(packaged: &str) -> Result<Option<Self>> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        for name in [packaged, "nobody"] {
            if let Some(found) = User::from_name(name)? {
                return Ok(Some(Self {
                    user: found.uid,
                    group: found.gid,
                }));
            }
        }
        bail!(
            "a private server cannot run as root, and this system has neither a user `{packaged}` nor `nobody` to run it as"
        )
    }

    /// Makes `command` run under this account.
    pub(super) fn step_down(self, command: &mut Command) {
        command.uid(self.user.as_raw()).gid(self.group.as_raw());
    }
}
