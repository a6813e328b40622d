//! Where a report goes: the terminal, a pipe or a file.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, Error, Result, anyhow};
use clap::{Args, ValueEnum};

use super::failure::Failure;
use crate::report::Rendered;

/// How and where to write the result
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArguments<F: ValueEnum + Clone + Default + Send + Sync + 'static> {
    /// Format of the result
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: F,
    /// Write the result to this file instead of the terminal
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A place that a report can be written to, which has been tried before anything runs.
pub(super) enum Output {
    Terminal,
    File {
        path: PathBuf,
        file: File,
        is_new: bool,
    },
}

impl<F: ValueEnum + Clone + Default + Send + Sync> OutputArguments<F> {
    /// The columns that there are: those of the terminal, where it is written to one.
    pub(super) fn width(&self, otherwise: usize) -> usize {
        match (
            &self.output,
            terminal_size::terminal_size_of(std::io::stdout()),
        ) {
            (None, Some((width, _))) => width.0.into(),
            _ => otherwise,
        }
    }

    /// Refuses to show a terminal what is no text.
    pub(super) fn refuse_binary(&self) -> Result<(), Failure> {
        if self.output.is_none() && std::io::stdout().is_terminal() {
            return Err(Failure::usage(anyhow!(
                "this format is no text, and would leave the terminal unreadable: name a file with --output"
            )));
        }
        Ok(())
    }

    /// Opens the file, so that one that cannot be written is known before anything runs.
    pub(super) fn open(&self) -> Result<Output, Failure> {
        let file = self.output.clone().map(Output::file);
        file.unwrap_or(Ok(Output::Terminal))
    }
}

impl Output {
    /// Opens a file, whose contents stay for as long as nothing is written.
    pub(super) fn file(path: PathBuf) -> Result<Self, Failure> {
        let is_new = !path.exists();
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(Failure::usage)?;
        Ok(Self::File { path, file, is_new })
    }

    /// Writes the report in place of whatever was there.
    pub(super) fn write(self, text: &str) -> Result<(), Failure> {
        match self {
            Self::Terminal => to_terminal(text),
            Self::File { .. } => {
                let plain = anstream::adapter::strip_str(text).to_string();
                self.write_bytes(plain.as_bytes())
            }
        }
    }

    /// The same for a report that need not be a text.
    pub(super) fn write_rendered(self, report: &Rendered) -> Result<(), Failure> {
        match report {
            Rendered::Text(text) => self.write(text),
            Rendered::Binary(bytes) => self.write_bytes(bytes),
        }
    }

    fn write_bytes(self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Terminal => into(std::io::stdout(), bytes),
            Self::File { path, mut file, .. } => {
                // A pipe or a device cannot be cut short, and has no need to be.
                let _ = file.set_len(0);
                file.write_all(bytes)
                    .with_context(|| format!("cannot write {}", path.display()))
                    .map_err(Failure::usage)
            }
        }
    }

    /// Leaves no empty file behind where there is nothing to report.
    pub(super) fn abandon(self) {
        if let Self::File {
            path, is_new: true, ..
        } = self
        {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Writes to the standard output, in colour on a terminal only. A reader that has heard enough
/// (`| head`) is no error.
pub(super) fn to_terminal(text: &str) -> Result<(), Failure> {
    into(anstream::stdout(), text.as_bytes())
}

fn into(mut out: impl Write, bytes: &[u8]) -> Result<(), Failure> {
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::usage(Error::new(error)))
        }
        _ => Ok(()),
    }
}
