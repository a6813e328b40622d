//! The same result in several files: a measurement takes minutes, and does not come out the
//! same again.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::output::{Output, OutputArguments};
use crate::report::Rendered;
use crate::report::check::CheckFormat;
use crate::report::compare::{CompareFormat, MissingPictures};
use crate::report::fold::ENDLESS;
use crate::report::race::RaceFormat;

/// How and where to write the result
#[derive(Debug, Args)]
pub(super) struct OutputsArguments<F: ByEnding> {
    #[command(flatten)]
    output: OutputArguments<F>,
    /// Write it to this file too, as in `page.html`
    ///
    /// The extension decides the format. Can be repeated.
    #[arg(long, value_name = "FILE", help_heading = None::<&'static str>)]
    also: Vec<PathBuf>,
}

/// Places for the same result, all of which have been tried before anything runs.
pub(super) struct Outputs<F>(Vec<(F, Output)>);

/// A format that the ending of a file can name.
pub(super) trait ByEnding:
    ValueEnum + Clone + Copy + Default + PartialEq + Send + Sync + 'static
{
    /// The format that each ending names.
    const ENDINGS: &'static [(&'static str, Self)];

    /// Why this build does not have it; `None` where it has.
    fn missing(self) -> Option<MissingPictures> {
        None
    }

    /// Whether it is no text, and would leave a terminal unreadable.
    fn is_binary(self) -> bool {
        false
    }
}

impl ByEnding for CompareFormat {
    const ENDINGS: &'static [(&'static str, Self)] = &[
        ("txt", Self::Text),
        ("json", Self::Json),
        ("md", Self::Markdown),
        ("csv", Self::Csv),
        ("html", Self::Html),
        ("svg", Self::Svg),
        ("png", Self::Png),
    ];

    fn missing(self) -> Option<MissingPictures> {
        Self::missing(self)
    }

    fn is_binary(self) -> bool {
        self == Self::Png
    }
}

impl ByEnding for CheckFormat {
    const ENDINGS: &'static [(&'static str, Self)] = &[
        ("txt", Self::Text),
        ("json", Self::Json),
        ("md", Self::Markdown),
        ("xml", Self::Junit),
    ];
}

impl ByEnding for RaceFormat {
    const ENDINGS: &'static [(&'static str, Self)] = &[
        ("txt", Self::Text),
        ("json", Self::Json),
        ("md", Self::Markdown),
        ("html", Self::Html),
        ("xml", Self::Junit),
    ];
}

impl<F: ByEnding> OutputsArguments<F> {
    /// Opens all of them.
    pub(super) fn open(&self) -> Result<Outputs<F>, Failure> {
        let format = self.output.format;
        let formats: Vec<F> = self
            .also
            .iter()
            .map(|path| named(path))
            .collect::<Result<_, Failure>>()?;
        let missing = (formats.iter().chain([&format])).find_map(|format| format.missing());
        if let Some(missing) = missing {
            return Err(Failure::usage(missing));
        }
        if format.is_binary() {
            self.output.refuse_binary()?;
        }
        let mut outputs = vec![(format, self.output.open()?)];
        for (format, path) in formats.into_iter().zip(&self.also) {
            outputs.push((format, Output::file(path.clone())?));
        }
        Ok(Outputs(outputs))
    }
}

fn named<F: ByEnding>(path: &Path) -> Result<F, Failure> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let found = F::ENDINGS.iter().find(|(known, _)| Some(*known) == ending);
    found.map(|(_, format)| *format).ok_or_else(|| {
        let known: Vec<String> = F::ENDINGS
            .iter()
            .filter(|(_, format)| format.missing().is_none())
            .map(|(ending, _)| format!(".{ending}"))
            .collect();
        Failure::usage(anyhow!(
            "the extension of {} names no format: use one of {}",
            path.display(),
            known.join(", ")
        ))
    })
}

impl<F: ByEnding> Outputs<F> {
    /// Whether the result goes to the terminal, and not to a file.
    pub(super) fn is_shown(&self) -> bool {
        matches!(self.0.first(), Some((_, Output::Terminal)))
    }

    /// Whether it is a text on a terminal, and kept nowhere.
    pub(super) fn is_only_read(&self) -> bool {
        match self.0.as_slice() {
            [(format, Output::Terminal)] => {
                *format == F::default() && std::io::stdout().is_terminal()
            }
            _ => false,
        }
    }

    /// Writes the result to each of them, in lines of as many columns as it has. Where one takes
    /// nothing, the others have it all the same.
    pub(super) fn write(
        self,
        render: impl Fn(F, usize) -> Result<Rendered>,
    ) -> Result<(), Failure> {
        let one = |(format, output): (F, Output)| {
            let report = render(format, output.width(ENDLESS));
            output.write_rendered(&report.map_err(Failure::internal)?)
        };
        let written: Vec<Result<(), Failure>> = self.0.into_iter().map(one).collect();
        written.into_iter().collect()
    }
}
