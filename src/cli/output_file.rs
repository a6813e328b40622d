//! A file that a report goes to: never half of one, and none where there is no report.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::system::interrupt;

/// A file that can be written, as was tried, and has not been yet.
pub(super) struct OutputFile {
    path: PathBuf,
    /// What was there before; `None` where there was nothing, and is nothing until the report is.
    there: Option<File>,
}

impl OutputFile {
    /// Finds out whether the file can be written. What is in it stays, and one that was not there
    /// is not there yet.
    pub(super) fn try_out(path: PathBuf) -> Result<Self> {
        let was_there = path.exists();
        let file = open(&path)?;
        let there = match was_there {
            true => Some(file),
            false => {
                // Where a link named it, the link stays.
                let made = path.canonicalize().unwrap_or_else(|_| path.clone());
                let _ = fs::remove_file(made);
                None
            }
        };
        Ok(Self { path, there })
    }

    /// Writes the report in place of whatever was there. Where not all of it can be written, what
    /// was there before is there again.
    pub(super) fn write(self, report: &[u8]) -> Result<()> {
        interrupt::uncut(|| self.replace(report))
    }

    fn replace(self, report: &[u8]) -> Result<()> {
        let Self { path, there } = self;
        let before = match &there {
            Some(file) if file.metadata()?.is_file() => Some(fs::read(&path).unwrap_or_default()),
            _ => None,
        };
        let is_new = there.is_none();
        let mut file = match there {
            Some(file) => file,
            None => open(&path)?,
        };
        let written = replace(&mut file, report);
        if written.is_err() {
            match before {
                Some(before) => {
                    let _ = replace(&mut file, &before);
                }
                None if is_new => {
                    let _ = fs::remove_file(path.canonicalize().unwrap_or_else(|_| path.clone()));
                }
                None => {}
            }
        }
        written.with_context(|| cannot(&path))
    }
}

fn open(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(|| cannot(path))
}

fn cannot(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

fn replace(file: &mut File, contents: &[u8]) -> std::io::Result<()> {
    // A pipe or a device cannot be cut short, and has no need to be.
    if file.set_len(0).is_ok() {
        file.rewind()?;
    }
    file.write_all(contents)
}
