//! The reservation of a SQLite database: a lock that is named by the file itself, and not by
//! one of its names.
//!
//! SQLite's own locks cannot say this: they end with each transaction. Nor can a lock on the
//! database's own file: to close any descriptor of it drops SQLite's locks on it
//! (sqlite.org/howtocorrupt.html, section 2.2). So there is an empty file beside it, in a folder
//! that all users of the machine share, named by the database's device and inode, which symbolic
//! links, hard links and bind mounts do not change.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::fcntl::OFlag;

/// The same for everybody, whatever their TMPDIR.
const FOLDER: &str = "/tmp";

/// A locked file, which goes with this value.
#[derive(Debug)]
pub(super) struct LockFile {
    path: PathBuf,
    _file: File,
}

impl LockFile {
    /// Locks the file that stands for the database in `database`; `None` where somebody has it.
    pub(super) fn try_take(database: &Path) -> Result<Option<Self>> {
        let found = fs::metadata(database)
            .with_context(|| format!("cannot inspect {}", database.display()))?;
        let name = format!("lockbench-{:x}-{:x}.lock", found.dev(), found.ino());
        // Where nothing can be made there, whoever has the same TMPDIR is still kept out; the
        // others find each other out.
        Self::try_lock(&Path::new(FOLDER).join(&name))
            .or_else(|_| Self::try_lock(&std::env::temp_dir().join(&name)))
    }

    fn try_lock(path: &Path) -> Result<Option<Self>> {
        let failed = || format!("cannot lock {}", path.display());
        let file = match open(path) {
            Ok(file) => file,
            // Made or removed by another lockbench between two steps of ours.
            Err(error)
                if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error).with_context(failed),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
        }
        // Whoever had it before removes the file before letting it go: what is locked now may be
        // a file that has no name any more, beside which the next one locks a new file.
        if !names(path, &file).with_context(failed)? {
            return Ok(None);
        }
        Ok(Some(Self {
            path: path.to_owned(),
            _file: file,
        }))
    }
}

impl Drop for LockFile {
    /// While it is locked, nobody else removes it. One that another user has made stays: it is
    /// empty, and in a folder that is cleared.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens the file, which is made where it is missing. One of another user's is only opened to
/// read, which is enough to lock it: the kernel refuses to open it with O_CREAT in a folder like
/// /tmp (proc(5), `fs.protected_regular`).
fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits();
    match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o644)
            .open(path),
        found => found,
    }
}

/// Whether `path` is the name of that file.
fn names(path: &Path, file: &File) -> io::Result<bool> {
    let own = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (own.dev(), own.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::SeqCst};
    use std::thread;

    use super::*;

    #[test]
    fn nobody_slips_in_while_the_file_is_removed_and_made_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let (inside, taken) = (AtomicI32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        if let Some(lock) = LockFile::try_lock(&path).expect("a folder of our own")
                        {
                            assert_eq!(inside.fetch_add(1, SeqCst), 0, "two have the lock");
                            taken.fetch_add(1, SeqCst);
                            thread::yield_now();
                            inside.fetch_sub(1, SeqCst);
                            drop(lock);
                        }
                    }
                });
            }
        });
        assert!(taken.load(SeqCst) > 100, "{taken:?}");
        assert!(!path.exists());
    }

    #[test]
    fn a_file_has_one_lock_whatever_it_is_called() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = |name: &str| folder.path().join(name);
        fs::write(name("real.db"), "").expect("a file");
        std::os::unix::fs::symlink(name("real.db"), name("symbolic.db")).expect("a link");
        fs::hard_link(name("real.db"), name("hard.db")).expect("a link");
        let lock = LockFile::try_take(&name("real.db")).expect("a file");
        let lock = lock.expect("the first");
        for other in ["real.db", "symbolic.db", "hard.db", "./real.db"] {
            let second = LockFile::try_take(&name(other)).expect("a file");
            assert!(second.is_none(), "{other}");
        }
        drop(lock);
        let again = LockFile::try_take(&name("hard.db")).expect("a file");
        assert!(again.is_some());
    }
}
