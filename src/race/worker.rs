//! A program that stays, and does its work once for each line that it is sent.
//!
//! It writes `ready` when it is; then, for each line `run`, it does its work and writes a line:
//! `ok`, or whatever went wrong.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::program::{Answers, Ending, Program, end, group_of};

/// How long it may take to get ready.
const GETTING_READY: Duration = Duration::from_secs(120);

/// A program that stays. Dropping it ends it.
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    answers: Answers,
}

impl Worker {
    /// Starts it, and waits until it is ready.
    ///
    /// # Errors
    /// It does not get ready, in a sentence.
    pub(super) fn start(program: &Program) -> Result<Self, String> {
        let mut child = program.start_with(Stdio::piped(), Stdio::piped())?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            return Err("it has neither an input nor an output".to_owned());
        };
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(text) = next_answer(&mut output) {
                if sender.send(ending(&text)).is_err() {
                    return;
                }
            }
        });
        let mut worker = Self {
            child,
            input,
            answers: Answers::new(receiver, program.log.clone()),
        };
        let command = &program.command.shown;
        match worker.answers.within(GETTING_READY) {
            Ok(line) if line.words == "ready" => Ok(worker),
            Ok(line) => Err(format!(
                "the worker `{command}` wrote '{}' instead of 'ready'",
                line.words
            )),
            Err(RecvTimeoutError::Timeout) => Err(format!(
                "the worker `{command}` has not written 'ready' after {} s (is its output flushed?)",
                GETTING_READY.as_secs()
            )),
            Err(RecvTimeoutError::Disconnected) => {
                let ending = program.ending(worker.child.wait());
                Err(format!(
                    "the worker `{command}` ended before it was ready: {}",
                    ending.words
                ))
            }
        }
    }

    /// Has it do its work. One that is gone says so by its silence.
    pub(super) fn ask(&mut self) {
        let _ = self.input.write_all(b"run\n");
        let _ = self.input.flush();
    }

    /// What it writes.
    pub(super) fn answers(&self) -> Answers {
        self.answers.clone()
    }
}

/// What is written in one go is one answer, of which the first line counts that says anything: the
/// messages of errors have several, and blank ones before and behind. `None` at the end.
fn next_answer(output: &mut BufReader<impl Read>) -> Option<String> {
    let mut text = String::new();
    let read = output.read_line(&mut text).ok()?;
    while output.buffer().contains(&b'\n') {
        output.read_line(&mut text).ok()?;
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    (read > 0).then(|| lines.next().unwrap_or_default().to_owned())
}

/// How its work has ended by that answer.
fn ending(answer: &str) -> Ending {
    let succeeded = answer == "ok";
    Ending {
        code: Some(i32::from(!succeeded)),
        succeeded,
        words: answer.chars().take(200).collect(),
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        end(group_of(&self.child));
        let _ = self.child.wait();
    }
}
