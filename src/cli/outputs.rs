//! The same result in several files: a measurement takes minutes, and does not come out the
//! same again.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::Args;

use super::failure::Failure;
use super::output::{Output, OutputArguments};
use crate::report::Rendered;
use crate::report::compare::CompareFormat;

/// How and where to write the result
#[derive(Debug, Args)]
pub(super) struct OutputsArguments {
    #[command(flatten)]
    output: OutputArguments<CompareFormat>,
    /// Write the result to this file as well, in the format that its ending names, as in
    /// `page.html`; can be given several times
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    also: Vec<PathBuf>,
}

/// Places for the same result, all of which have been tried before anything runs.
pub(super) struct Outputs(Vec<(CompareFormat, Output)>);

/// The format that each ending names.
const ENDINGS: [(&str, CompareFormat); 7] = [
    ("txt", CompareFormat::Text),
    ("json", CompareFormat::Json),
    ("md", CompareFormat::Markdown),
    ("csv", CompareFormat::Csv),
    ("html", CompareFormat::Html),
    ("svg", CompareFormat::Svg),
    ("png", CompareFormat::Png),
];

impl OutputsArguments {
    /// Opens all of them.
    pub(super) fn open(&self) -> Result<Outputs, Failure> {
        let format = self.output.format;
        if format == CompareFormat::Png {
            self.output.refuse_binary()?;
        }
        let formats: Vec<CompareFormat> = self
            .also
            .iter()
            .map(|path| named(path))
            .collect::<Result<_, Failure>>()?;
        let mut outputs = Outputs(vec![(format, self.output.open()?)]);
        for (format, path) in formats.into_iter().zip(&self.also) {
            match Output::file(path.clone()) {
                Ok(output) => outputs.0.push((format, output)),
                Err(failure) => {
                    outputs.abandon();
                    return Err(failure);
                }
            }
        }
        Ok(outputs)
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
            "the ending of {} names no format; there are {}",
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
