//! The same result in several files: a measurement takes minutes, and cannot be had again.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::Args;

use super::failure::Failure;
use super::output::Output;
use crate::report::Rendered;
use crate::report::compare::CompareFormat;

/// Where else to write the result
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct AlsoArguments {
    /// Write the result to this file as well, in the format that its ending names, as in
    /// `page.html`; can be given several times
    #[arg(long, value_name = "FILE")]
    also: Vec<PathBuf>,
}

/// Places for the same result, all of which have been tried before anything runs.
pub(super) struct Outputs(Vec<(CompareFormat, Output)>);

/// The format that each ending names.
const ENDINGS: [(&str, CompareFormat); 5] = [
    ("txt", CompareFormat::Text),
    ("json", CompareFormat::Json),
    ("html", CompareFormat::Html),
    ("svg", CompareFormat::Svg),
    ("png", CompareFormat::Png),
];

impl AlsoArguments {
    /// Opens the files, beside the output that there is.
    pub(super) fn open(&self, format: CompareFormat, output: Output) -> Result<Outputs, Failure> {
        let mut outputs = Outputs(vec![(format, output)]);
        let formats: Result<Vec<CompareFormat>, Failure> =
            self.also.iter().map(|path| named(path)).collect();
        let opened = formats.and_then(|formats| {
            formats
                .into_iter()
                .zip(&self.also)
                .try_for_each(|(format, path)| {
                    outputs.0.push((format, Output::file(path.clone())?));
                    Ok(())
                })
        });
        match opened {
            Ok(()) => Ok(outputs),
            Err(failure) => {
                outputs.abandon();
                Err(failure)
            }
        }
    }
}

fn named(path: &Path) -> Result<CompareFormat, Failure> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let found = ENDINGS.iter().find(|(known, _)| Some(*known) == ending);
    found.map(|(_, format)| *format).ok_or_else(|| {
        let known: Vec<String> = ENDINGS
            .iter()
            .map(|(ending, _)| format!(".{ending}"))
            .collect();
        Failure::usage(anyhow!(
            "the ending of {} names no format: it can be {}",
            path.display(),
            known.join(", ")
        ))
    })
}

impl Outputs {
    /// Writes the result to each of them.
    pub(super) fn write(
        self,
        render: impl Fn(CompareFormat) -> Result<Rendered>,
    ) -> Result<(), Failure> {
        self.0.into_iter().try_for_each(|(format, output)| {
            let report = render(format).map_err(Failure::unreachable)?;
            output.write_rendered(&report)
        })
    }

    /// Leaves no empty file behind where there is nothing to report.
    pub(super) fn abandon(self) {
        for (_, output) in self.0 {
            output.abandon();
        }
    }
}
