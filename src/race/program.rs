//! A command, started; and how it ends.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::request::SessionCommand;

/// How long a program that runs alone may take.
pub(super) const ALONE: Duration = Duration::from_secs(120);

/// A command, and the variables that tell it where the database is.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) command: SessionCommand,
    pub(super) variables: Vec<(String, String)>,
    /// What of our own environment it is not to see.
    pub(super) hidden: Vec<&'static str>,
    /// Where its standard error goes.
    pub(super) log: PathBuf,
}

/// How a session has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// The exit code, or the status of the answer to a request; `None` where there is none.
    pub(super) code: Option<i32>,
    /// Whether the session has done what it was to do.
    pub(super) succeeded: bool,
    /// The same in words, with the last line that it has written on its standard error.
    pub(super) words: String,
}

impl Program {
    /// Starts it, with nothing to read and nobody who listens.
    ///
    /// # Errors
    /// It cannot be started, in a sentence.
    pub(super) fn start(&self) -> Result<Child, String> {
        self.start_with(Stdio::null(), Stdio::null())
    }

    /// The same with somebody to talk to.
    ///
    /// # Errors
    /// It cannot be started, in a sentence.
    pub(super) fn start_with(&self, input: Stdio, output: Stdio) -> Result<Child, String> {
        let words = &self.command.words;
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        for name in &self.hidden {
            command.env_remove(name);
        }
        let log = File::create(&self.log);
        let started = log.and_then(|log| {
            command
                .envs(self.variables.iter().map(|(name, value)| (name, value)))
                .stdin(input)
                .stdout(output)
                .stderr(log)
                // So that all that it starts can be ended with it.
                .process_group(0)
                .spawn()
        });
        started.map_err(|error| format!("cannot start `{}`: {error}", words[0]))
    }

    /// How it ended.
    pub(super) fn ending(&self, status: io::Result<ExitStatus>) -> Ending {
        let (code, words) = match &status {
            Ok(status) => match (status.code(), status.signal()) {
                (Some(code), _) => (Some(code), format!("exit {code}")),
                (None, signal) => (None, format!("signal {}", signal.unwrap_or_default())),
            },
            Err(error) => (None, error.to_string()),
        };
        let said = match code {
            Some(0) => None,
            _ => last_line(&self.log),
        };
        Ending {
            code,
            succeeded: code == Some(0),
            words: match said {
                Some(said) => format!("{words}: {said}"),
                None => words,
            },
        }
    }
}

impl Ending {
    /// One that nobody knows more of.
    pub(super) fn unknown(words: &str) -> Self {
        Self {
            code: None,
            succeeded: false,
            words: words.to_owned(),
        }
    }

    /// The same for the engine.
    pub(super) fn told(&self) -> Result<String, String> {
        match self.succeeded {
            true => Ok(self.words.clone()),
            false => Err(self.words.clone()),
        }
    }
}

/// What a program that stays answers: how its work has ended, each time.
#[derive(Clone)]
pub(super) struct Answers {
    endings: Arc<Mutex<Receiver<Ending>>>,
    /// Where its standard error goes.
    log: PathBuf,
}

impl Answers {
    pub(super) fn new(receiver: Receiver<Ending>, log: PathBuf) -> Self {
        Self {
            endings: Arc::new(Mutex::new(receiver)),
            log,
        }
    }

    /// The next of them, if it comes within `time`.
    ///
    /// # Errors
    /// It did not come; or none will come any more.
    pub(super) fn within(&self, time: Duration) -> Result<Ending, RecvTimeoutError> {
        let endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        endings.recv_timeout(time)
    }

    /// How its work has ended; `None` where it is not told within `time`.
    pub(super) fn ending(&self, time: Duration) -> Option<Ending> {
        match self.within(time) {
            Ok(ending) => Some(ending),
            Err(RecvTimeoutError::Disconnected) => {
                let said = last_line(&self.log).map(|said| format!(": {said}"));
                let words = format!("the worker ended{}", said.unwrap_or_default());
                Some(Ending::unknown(&words))
            }
            Err(RecvTimeoutError::Timeout) => None,
        }
    }
}

/// What is said of a command that does not come to its end.
pub(super) fn endless(command: &SessionCommand) -> String {
    format!(
        "`{}` has not ended after {} s, although it ran alone",
        command.shown,
        ALONE.as_secs()
    )
}

/// The group that a child began, which all that it starts is in.
pub(super) fn group_of(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// Ends whatever is left of a group.
pub(super) fn end(group: Pid) {
    // There may be nothing left of it.
    let _ = killpg(group, Signal::SIGKILL);
}

/// The last line of a file that says anything.
fn last_line(log: &Path) -> Option<String> {
    let mut text = Vec::new();
    let mut file = File::open(log).ok()?.take(1 << 20);
    file.read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let said = last_words(&text)?;
    Some(said.chars().take(200).collect())
}

/// What a program has said last that says anything: not how PostgreSQL and its clients go on about an
/// error, nor where in the program it was.
pub(super) fn last_words(text: &str) -> Option<&str> {
    let goes_on = [
        "DETAIL:", "HINT:", "CONTEXT:", "LINE ", "^", "at ", "from ", "...",
    ];
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !goes_on.iter().any(|start| line.starts_with(start)));
    let last = lines.next_back()?;
    // Node.js ends with its version, after the error and all that is in it.
    match last.starts_with("Node.js v") {
        true => lines.rfind(|line| line.contains("rror: ")).or(Some(last)),
        false => Some(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_told_and_not_where_it_was() {
        for (text, words) in [
            (
                "psycopg2.errors.UndefinedTable: relation \"x\" does not exist\nLINE 1: SELECT * FROM x\n     ^\n",
                "psycopg2.errors.UndefinedTable: relation \"x\" does not exist",
            ),
            (
                "/shop.js:3\n  throw err;\n  ^\n\nerror: relation \"x\" does not exist\n    at Parser.parse (parser.js:1)\n  code: '42P01',\n}\n\nNode.js v20.20.2\n",
                "error: relation \"x\" does not exist",
            ),
            (
                "Exception in thread \"main\" org.postgresql.util.PSQLException: ERROR: no\n\tat Shop.main(Shop.java:3)\n\t... 2 more\n",
                "Exception in thread \"main\" org.postgresql.util.PSQLException: ERROR: no",
            ),
            (
                "shop.rb:3:in `exec': no (PG::UndefinedTable)\n\tfrom shop.rb:3:in `<main>'\n",
                "shop.rb:3:in `exec': no (PG::UndefinedTable)",
            ),
        ] {
            assert_eq!(last_words(text), Some(words));
        }
        assert_eq!(last_words("\n"), None);
    }
}
