//! A private folder that is removed in every case, also when lockbench is killed.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::account::Account;
use super::watcher::{Signal, Watcher};

/// The longest path a socket may have is 108 bytes on Linux and 104 elsewhere; PostgreSQL adds
/// `/.s.PGSQL.5432` and a lock file's suffix to the folder's.
const LONGEST_SOCKET_FOLDER: usize = 80;

/// A folder that only its owner may enter, and what runs in it.
#[derive(Debug)]
pub struct Folder {
    // Dropped first: it stops the server and empties the folder.
    watcher: Option<Watcher>,
    folder: TempDir,
}

impl Folder {
    /// Makes a folder in the system's temporary one, and a watcher that removes it if we die.
    ///
    /// # Errors
    /// The folder or the watcher could not be made.
    pub fn private() -> Result<Self> {
        let mut folder = Self::make(&std::env::temp_dir())?;
        folder.watcher = Some(Watcher::over(folder.path(), None)?);
        Ok(folder)
    }

    /// Makes a folder for a server's files and socket, which `account` can reach and owns.
    ///
    /// # Errors
    /// No temporary folder is fit for it.
    pub(super) fn for_server(account: Option<Account>) -> Result<Self> {
        let candidates = [
            std::env::temp_dir(),
            PathBuf::from("/tmp"),
            PathBuf::from("/var/tmp"),
        ];
        let Some(base) = candidates.iter().find(|base| is_fit(base, account)) else {
            bail!(
                "no temporary folder is fit for a private server: its path must be short and open to every user"
            );
        };
        let folder = Self::make(base)?;
        if let Some(account) = account {
            account.take_over(folder.path())?;
        }
        Ok(folder)
    }

    /// Starts `server` in this folder, watched over, to be stopped by `stop`.
    ///
    /// # Errors
    /// The watcher could not be started.
    pub(super) fn serve(
        &mut self,
        server: &Command,
        account: Option<Account>,
        stop: Signal,
    ) -> Result<()> {
        let watched = Some((server, account, stop));
        self.watcher = Some(Watcher::over(self.folder.path(), watched)?);
        Ok(())
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn make(base: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("lockbench-")
            // Anybody who can reach the socket is the server's superuser.
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(base)
            .with_context(|| format!("cannot make a private folder in {}", base.display()))?;
        Ok(Self {
            watcher: None,
            folder,
        })
    }
}

/// A path as a part of a URL.
pub(super) fn percent_encoded(path: &Path) -> String {
    let path = path.display().to_string();
    path.replace('%', "%25")
        .replace('/', "%2F")
        .replace(' ', "%20")
}

/// Whether a socket in a folder below `base` has a short enough path, and an account that is
/// not ours may get there.
fn is_fit(base: &Path, account: Option<Account>) -> bool {
    let short = base.as_os_str().len() + "/lockbench-XXXXXX".len() <= LONGEST_SOCKET_FOLDER;
    let allows_all = |folder: &Path, what: u32| {
        std::fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & what == what)
    };
    let open_to_all = || {
        // To write into it, too: the watcher removes our folder as that account.
        allows_all(base, 0o003) && base.ancestors().all(|folder| allows_all(folder, 0o001))
    };
    short && base.is_dir() && (account.is_none() || open_to_all())
}
