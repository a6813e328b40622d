//! Where a report goes: the terminal, a pipe or a file.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Error, Result, anyhow};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::failure::Failure;
use super::output_file::OutputFile;
use crate::report::Rendered;
use crate::report::fold::{ENDLESS, uncoloured};

/// How and where to write the result
#[derive(Debug, Args)]
#[command(next_help_heading = "Advanced")]
pub(super) struct OutputArguments<F: ValueEnum + Clone + Default + Send + Sync + 'static> {
    /// Output format
    #[arg(
        long,
        value_enum,
        default_value_t,
        default_value_if("json", "true", "json"),
        help_heading = None::<&'static str>
    )]
    pub(super) format: F,
    /// Short for `--format json`
    // It decides the default of `format`, and is never read itself.
    #[arg(
        long = "json",
        id = "json",
        conflicts_with = "format",
        hide_short_help = true,
        help_heading = None::<&'static str>
    )]
    _json: bool,
    /// Write the result to this file instead
    #[arg(long, value_name = "FILE", help_heading = None::<&'static str>)]
    output: Option<PathBuf>,
}

/// A format of what people read and programs can have as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TextOrJson {
    /// For people
    #[default]
    Text,
    /// For programs; the schema is versioned
    Json,
}

/// A place that a report can be written to, which has been tried before anything runs.
pub(super) enum Output {
    Terminal,
    File(OutputFile),
}

impl<F: ValueEnum + Clone + Default + Send + Sync> OutputArguments<F> {
    /// Refuses to show a terminal what is no text.
    pub(super) fn refuse_binary(&self) -> Result<(), Failure> {
        if self.output.is_none() && std::io::stdout().is_terminal() {
            return Err(Failure::usage(anyhow!(
                "this format is binary and would garble the terminal: name a file with --output"
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

impl OutputArguments<TextOrJson> {
    /// Writes `result` to wherever it goes: as JSON, or the text that `in_words` makes of it for a
    /// number of columns.
    pub(super) fn write<T: Serialize>(
        &self,
        output: Output,
        result: &T,
        in_words: impl FnOnce(&T, usize) -> String,
    ) -> Result<(), Failure> {
        let text = match self.format {
            TextOrJson::Text => in_words(result, output.width(ENDLESS)),
            TextOrJson::Json => {
                serde_json::to_string_pretty(result).map_err(Failure::internal)? + "\n"
            }
        };
        output.write(&text)
    }
}

impl Output {
    /// A file that can be written, whose contents stay for as long as nothing is.
    pub(super) fn file(path: PathBuf) -> Result<Self, Failure> {
        let file = OutputFile::try_out(path).map_err(Failure::usage)?;
        Ok(Self::File(file))
    }

    /// Writes the report in place of whatever was there.
    pub(super) fn write(self, text: &str) -> Result<(), Failure> {
        match self {
            Self::Terminal => to_terminal(text),
            Self::File(_) => {
                let plain = uncoloured(text);
                self.write_bytes(plain.as_bytes())
            }
        }
    }

    /// The columns that it has: those of the terminal, where it is one.
    pub(super) fn width(&self, otherwise: usize) -> usize {
        match self {
            Self::Terminal => terminal_width(otherwise),
            Self::File(_) => otherwise,
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
            Self::File(file) => file.write(bytes).map_err(Failure::usage),
        }
    }
}

/// The columns of the terminal that the standard output is; `otherwise` where it is none.
pub(super) fn terminal_width(otherwise: usize) -> usize {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map_or(otherwise, |(width, _)| width.0.into())
}

/// Writes to the standard output, in colour on a terminal only. A reader that has heard enough
/// (`| head`) is no error.
pub(super) fn to_terminal(text: &str) -> Result<(), Failure> {
    into(anstream::stdout(), text.as_bytes())
}

fn into(mut out: impl Write, bytes: &[u8]) -> Result<(), Failure> {
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let error = Error::new(error).context("cannot write the report");
            Err(Failure::usage(error))
        }
        _ => Ok(()),
    }
}
