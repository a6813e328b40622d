//! The command line, written out again for a report.

use super::database::DatabaseArguments;
use crate::db::address::{redact, redact_word};

/// The command line as it was given, for the report: without a password, and with the database
/// where the environment has named it. Where the report goes is left out: it changes nothing of
/// what is measured.
pub(super) fn command(database: &DatabaseArguments) -> String {
    let (mut words, names_database) = as_given();
    if !names_database {
        words.extend(["--database".to_owned(), database.shown()]);
    }
    joined(&words)
}

/// The same where the command line alone decides everything.
pub(super) fn whole_command() -> String {
    joined(&as_given().0)
}

/// The same without what decides which schedules are run: `--replay` takes its place.
pub(super) fn command_for_replay() -> String {
    const WITH_VALUES: [&str; 3] = ["--seed", "--preemptions", "--for"];
    const ALONE: [&str; 4] = ["--stop-at-first", "--all", "--no-pruning", "--cure"];
    let (words, _) = as_given();
    let mut kept: Vec<String> = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            kept.push(word);
            kept.extend(words.by_ref());
        } else if WITH_VALUES.contains(&word.as_str()) {
            words.next();
        } else if word == "--random" {
            // It may have a number.
            words.next_if(|next| next.parse::<u64>().is_ok());
        } else if !ALONE.contains(&word.as_str())
            && !word
                .split_once('=')
                .is_some_and(|(name, _)| name == "--random" || WITH_VALUES.contains(&name))
        {
            kept.push(word);
        }
    }
    joined(&kept)
}

/// The words that were given, and whether they name a database.
fn as_given() -> (Vec<String>, bool) {
    const REPORT: [&str; 3] = ["--format", "--output", "--also"];
    let mut words = vec!["lockbench".to_owned()];
    let mut arguments = std::env::args().skip(1);
    let mut names_database = false;
    while let Some(argument) = arguments.next() {
        // What is behind is another program's.
        if argument == "--" {
            words.push(argument);
            words.extend(arguments.map(|word| redact_word(&word)));
            break;
        }
        let name = argument.split('=').next().unwrap_or_default();
        names_database |= name == "--database" || argument.starts_with("-d");
        if name == "--json" {
            continue;
        }
        if !REPORT.contains(&name) {
            words.push(match argument.strip_prefix("-d") {
                Some(database) if !database.is_empty() => format!("-d{}", redact(database)),
                _ => redact_word(&argument),
            });
        } else if name == argument {
            arguments.next();
        }
    }
    (words, names_database)
}

fn joined(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    quoted.join(" ")
}

/// As a shell takes it for one word.
pub(super) fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_=+,.:/@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(quoted("postgres://me@host/shop"), "postgres://me@host/shop");
        assert_eq!(quoted("sqlite:my shop"), "'sqlite:my shop'");
        assert_eq!(quoted("a'b?c"), r"'a'\''b?c'");
    }
}
