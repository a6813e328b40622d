//! A private folder that is removed in every case, also when lockbench is killed.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::account::Account;
use super::watcher::{Signal, Watcher};

/// The longest path a socket may have is 108 bytes on Linux and 104 elsewhere; PostgreSQL adds
/// `/.s.PGSQL.5432` and a lock file's suffix to the folder's.
const LONGEST_SOCKET_FOLDER: usize = 80;

/// What a server's programs take for something else in a path: `mariadb-install-db` splits it at
/// spaces and drops backslashes, and PostgreSQL's sockets stand in a list with commas.
const UNFIT: [char; 3] = [' ', '\\', ','];

/// A folder that only its owner may enter, and what runs in it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    // Dropping it stops the server and removes the folder.
    _watcher: Watcher,
}

impl Folder {
    /// Has a folder made in the system's temporary one, by a watcher that removes it when we end.
    ///
    /// # Errors
    /// The folder or the watcher could not be made.
    pub fn private() -> Result<Self> {
        Self::make(&temporary_folder(), |path| Watcher::over(path, None))
    }

    /// The same for a server's files and socket, in a place that `account` can reach and with the
    /// server in it that `command` gives for its path. It is stopped by `stop`.
    ///
    /// # Errors
    /// No temporary folder is fit for it, or the watcher could not be made.
    pub(super) fn for_server(
        account: Option<Account>,
        stop: Signal,
        command: impl Fn(&Path) -> Command,
    ) -> Result<Self> {
        let candidates = [
            temporary_folder(),
            PathBuf::from("/tmp"),
            PathBuf::from("/var/tmp"),
        ];
        Self::make(choose(&candidates, account)?, |path| {
            Watcher::over(path, Some((&command(path), account, stop)))
        })
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn make(base: &Path, watcher: impl Fn(&Path) -> Result<Watcher>) -> Result<Self> {
        // Only its name comes from here, and to remove it is the watcher's part.
        let mut named = tempfile::Builder::new();
        let (watcher, path) = named
            .prefix("lockbench-")
            .disable_cleanup(true)
            .make_in(base, |path| watcher(path).map_err(io::Error::other))
            .with_context(|| format!("cannot create a private folder in {}", base.display()))?
            .into_parts();
        Ok(Self {
            path: path.to_path_buf(),
            _watcher: watcher,
        })
    }
}

/// Everything that is not plainly a letter of a name.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// A path as a part of a URL.
pub(super) fn percent_encoded(path: &Path) -> String {
    percent_encode(path.as_os_str().as_bytes(), NAME).to_string()
}

/// The system's temporary folder, from wherever it is looked at: the watcher has another current
/// folder than we have.
fn temporary_folder() -> PathBuf {
    let named = std::env::temp_dir();
    std::path::absolute(&named).unwrap_or_else(|_| PathBuf::from("/tmp"))
}

/// The first of these folders that a private server can live below.
fn choose(candidates: &[PathBuf], account: Option<Account>) -> Result<&Path> {
    let mut flaws = Vec::new();
    for base in candidates {
        match flaw(base, account) {
            None => return Ok(base),
            Some(flaw) => flaws.push(format!("{} {flaw}", base.display())),
        }
    }
    bail!(
        "no temporary folder is suitable for a private server: {}; set TMPDIR to another one",
        flaws.join(", ")
    );
}

/// Why a private server cannot live below `base`; `None` where it can. An account that is not
/// ours must be able to get there.
fn flaw(base: &Path, account: Option<Account>) -> Option<&'static str> {
    let is_long = base.as_os_str().len() + "/lockbench-XXXXXX".len() > LONGEST_SOCKET_FOLDER;
    let is_odd = |name: &str| name.contains(UNFIT) || name.contains(char::is_control);
    let allows_all = |folder: &Path, what: u32| {
        std::fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & what == what)
    };
    let open_to_all = || {
        // To write into it, too: the watcher removes our folder as that account.
        allows_all(base, 0o003) && base.ancestors().all(|folder| allows_all(folder, 0o001))
    };
    if !base.is_dir() {
        Some("is not a folder")
    } else if is_long {
        Some("is too long for a socket's path, which is limited to 108 bytes")
    } else if base.to_str().is_none_or(is_odd) {
        Some("contains a space, a backslash or a comma, or is not valid UTF-8")
    } else if account.is_some() && !open_to_all() {
        Some("is not accessible to every user, and the server must not run as root")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_no_server_can_live_in_is_named_with_its_flaw() {
        let base = tempfile::tempdir().expect("a folder");
        let below = |name: &str| {
            let path = base.path().join(name);
            std::fs::create_dir(&path).expect("a folder");
            path
        };
        let missing = base.path().join("missing");
        for (path, what) in [
            (missing.clone(), "is not a folder"),
            (below(&"x".repeat(80)), "too long"),
            (below("a b"), "a space"),
            (below("a,b"), "a comma"),
        ] {
            let flaw = flaw(&path, None).expect("a flaw");
            assert!(flaw.contains(what), "{flaw}");
        }
        assert_eq!(flaw(&below("a?#b'\"%"), None), None);
        let fit = below("fit");
        assert_eq!(
            choose(&[missing.clone(), fit.clone()], None).ok(),
            Some(fit.as_path())
        );
        let said = choose(&[missing], None).expect_err("nowhere").to_string();
        assert!(
            said.contains("missing is not a folder; set TMPDIR to another one"),
            "{said}"
        );
    }
}
