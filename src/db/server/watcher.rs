//! A small process that [outlives](crate::db::outliving) lockbench. It makes the folder, runs the
//! server as its own child, stops it, and removes the folder.
//!
//! The watcher is a shell because it must run from wherever the library is used: in a test program,
//! lockbench's own binary could not be found to start again.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::account::Account;
use crate::db::outliving::Outliving;

/// Written into the folder when the server has ended, wanted or not.
pub(super) const ENDED: &str = "ended";

/// What the server printed.
pub(super) const LOG: &str = "server.log";

/// What the watcher says once the folder is there. Else it says what `mkdir` said, and is gone.
const MADE: &str = "made";

/// The folder is made here, where it is removed: were it made before, and lockbench killed at that
/// moment, it would stay.
///
/// A shell keeps a SIGQUIT from what it runs in the background, until that asks for it; so
/// whatever may still be preparing the server is sent a SIGTERM, as a group. The watcher's own
/// shell takes that as a reason to look up from its `wait`, and no more. Signals are repeated,
/// since a program that is just being started has no ear for them, but not for ever.
const SCRIPT: &str = r#"
folder=$1; ended=$2; log=$3; signal=$4; made=$5; shift 5
# Anybody who can reach the socket is the server's superuser.
mkdir -m 700 "$folder" 2>&1 || exit
# Should nobody hear it any more, that is no reason to end without removing the folder.
trap '' PIPE
echo "$made"
trap - PIPE
exec 3<&0 >/dev/null
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
    /// Makes `folder`, watches over it, and runs `server` in it.
    ///
    /// # Errors
    /// The system's shell could not be started, or the folder not made.
    pub(super) fn over(
        folder: &Path,
        server: Option<(&Command, Option<Account>, Signal)>,
    ) -> Result<Self> {
        let mut shell = shell(folder, server);
        let (process, output) =
            Outliving::start_heard(&mut shell).context("cannot start /bin/sh")?;
        let mut said = String::new();
        BufReader::new(output).read_line(&mut said)?;
        match said.trim_end() {
            MADE => Ok(Self { _process: process }),
            said => bail!("{said}"),
        }
    }
}

/// The watcher's shell.
fn shell(folder: &Path, server: Option<(&Command, Option<Account>, Signal)>) -> Command {
    let stop = server.map_or(Signal::Quit, |(_, _, stop)| stop);
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", SCRIPT, "lockbench-watcher"])
        .arg(folder)
        .args([folder.join(ENDED), folder.join(LOG)])
        .args([stop.name(), MADE]);
    if let Some((server, account, _)) = server {
        shell.arg(server.get_program()).args(server.get_args());
        if let Some(account) = account {
            account.step_down(&mut shell);
        }
    }
    shell
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Stdio;

    use super::*;

    #[test]
    fn the_folder_comes_and_goes_with_its_watcher() {
        let base = tempfile::tempdir().expect("a folder");
        let folder = base.path().join("it");
        let watcher = Watcher::over(&folder, None).expect("a watcher");
        let mode = fs::metadata(&folder).expect("it").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        drop(watcher);
        assert!(!folder.exists());
    }

    #[test]
    fn it_goes_also_when_lockbench_was_killed_while_it_came() {
        let base = tempfile::tempdir().expect("a folder");
        let folder = base.path().join("it");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut shell = shell(&folder, None);
        let ended = shell.stdin(Stdio::null()).stdout(writer).status();
        assert!(ended.expect("a shell").success());
        assert!(!folder.exists());
    }

    #[test]
    fn what_was_there_before_is_nobodys_to_remove() {
        let base = tempfile::tempdir().expect("a folder");
        fs::write(base.path().join("file"), "kept").expect("a file");
        let said = Watcher::over(base.path(), None)
            .expect_err("it is there")
            .to_string();
        assert!(said.contains("File exists"), "{said}");
        let kept = fs::read_to_string(base.path().join("file")).expect("the file");
        assert_eq!(kept, "kept");
    }
}
