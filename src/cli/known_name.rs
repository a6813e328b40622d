//! A name that must be one of those known; of a misspelt one, the nearest are suggested.

use std::ffi::OsStr;
use std::marker::PhantomData;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error, ValueEnum};

/// How many are suggested.
const SUGGESTED: usize = 3;

/// The likeness below which the nearest name is another word altogether: 1 is the same word.
const LEAST_LIKENESS: f64 = 0.6;

/// The three known names that are most like `word`, the nearest first; none where even that one
/// is another word altogether.
pub(super) fn nearest(word: &str, known: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut near: Vec<(f64, String)> = known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&word.to_lowercase(), &name), name))
        .collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    if near
        .first()
        .is_none_or(|(likeness, _)| *likeness < LEAST_LIKENESS)
    {
        return Vec::new();
    }
    let names = near.into_iter().map(|(_, name)| name);
    names.take(SUGGESTED).collect()
}

/// Understands the name of a value of `T`.
#[derive(Clone, Debug)]
pub(super) struct KnownName<T>(PhantomData<T>);

impl<T> KnownName<T> {
    pub(super) fn parser() -> Self {
        Self(PhantomData)
    }
}

impl<T: ValueEnum + Clone + Send + Sync + 'static> TypedValueParser for KnownName<T> {
    type Value = T;

    fn parse_ref(&self, cmd: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let parsed = EnumValueParser::<T>::new().parse_ref(cmd, arg, value);
        parsed.map_err(|_| unknown::<T>(cmd, arg, &value.to_string_lossy()))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = T::value_variants().iter();
        Some(Box::new(values.filter_map(ValueEnum::to_possible_value)))
    }
}

fn names<T: ValueEnum + 'static>() -> impl Iterator<Item = String> {
    T::value_variants()
        .iter()
        .filter_map(ValueEnum::to_possible_value)
        .map(|value| value.get_name().to_owned())
}

/// clap's own refusal of a value, which would suggest one name, or none.
fn unknown<T: ValueEnum + 'static>(cmd: &Command, arg: Option<&Arg>, value: &str) -> Error {
    let mut error = Error::new(ErrorKind::InvalidValue).with_cmd(cmd);
    let name = arg.map(ToString::to_string).unwrap_or_default();
    error.insert(ContextKind::InvalidArg, ContextValue::String(name));
    error.insert(
        ContextKind::InvalidValue,
        ContextValue::String(value.to_owned()),
    );
    error.insert(
        ContextKind::ValidValue,
        ContextValue::Strings(names::<T>().collect()),
    );
    let near = nearest(value, names::<T>());
    if !near.is_empty() {
        error.insert(ContextKind::SuggestedValue, ContextValue::Strings(near));
    }
    error
}
