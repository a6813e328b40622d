//! A small process that [outlives](crate::db::outliving) lockbench, stops the server, which is its
//! own child, and removes the folder.
//!
//! The watcher is a shell because it must run from wherever the library is used: in a test program,
//! lockbench's own binary could not be found to start again.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::account::Account;
use crate::db::outliving::Outliving;

/// Written into the folder when the server has ended, wanted or not.
pub(super) const ENDED: &str = "ended";

/// What the server printed.
pub(super) const LOG: &str = "server.log";

/// A shell keeps a SIGQUIT from what it runs in the background, until that asks for it; so
/// whatever may still be preparing the server is sent a SIGTERM, as a group. The watcher's own
/// shell takes that as a reason to look up from its `wait`, and no more. Signals are repeated,
/// since a program that is just being started has no ear for them, but not for ever.
const SCRIPT: &str = r#"
folder=$1; ended=$2; log=$3; signal=$4; shift 4
exec 3<&0
if [ $# -gt 0 ]; then
    trap : TERM
    "$@" 3<&- </dev/null >"$log" 2>&1 &
    server=$!
    {
        trap '' TERM
        cat <&3 >/dev/null
        tries=0
        until [ -e "$ended" ] || ! kill -0 "$server" || [ $((tries += 1)) -gt 200 ]; do
            kill -s TERM 0
            kill -s "$signal" "$server"
            sleep 0.05 || sleep 1
        done
    } 2>/dev/null &
    reader=$!
    while
        wait "$server"
        [ $? -gt 128 ] && kill -0 "$server" 2>/dev/null
    do :; done
    : >"$ended"
    wait "$reader"
else
    cat <&3 >/dev/null
fi
# Whoever was filling the folder may need a moment to notice that it is over.
for pause in 0.05 0.1 0.2 0.5 1 2 5; do
    rm -rf "$folder" 2>/dev/null && exit
    sleep "$pause"
done
"#;

/// What stops a server at once, without saving anything.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signal {
    /// SIGQUIT, for a server of several processes that must stop each other.
    Quit,
    /// SIGKILL, for a server of one process.
    #[cfg(feature = "mysql")]
    Kill,
}

impl Signal {
    /// The name that `kill` knows it by.
    fn name(self) -> &'static str {
        match self {
            Self::Quit => "QUIT",
            #[cfg(feature = "mysql")]
            Self::Kill => "KILL",
        }
    }
}

/// The process that watches over a folder and the server in it.
#[derive(Debug)]
pub(super) struct Watcher {
    _process: Outliving,
}

impl Watcher {
    /// Watches over `folder`, and runs `server` in it.
    ///
    /// # Errors
    /// The system's shell could not be started.
    pub(super) fn over(
        folder: &Path,
        server: Option<(&Command, Option<Account>, Signal)>,
    ) -> Result<Self> {
        let stop = server.map_or(Signal::Quit, |(_, _, stop)| stop);
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", SCRIPT, "lockbench-watcher"])
            .arg(folder)
            .args([folder.join(ENDED), folder.join(LOG)])
            .arg(stop.name());
        if let Some((server, account, _)) = server {
            shell.arg(server.get_program()).args(server.get_args());
            if let Some(account) = account {
                account.step_down(&mut shell);
            }
        }
        let process = Outliving::start(&mut shell).context("cannot start /bin/sh")?;
        Ok(Self { _process: process })
    }
}
