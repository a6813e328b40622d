//! A program that stays, and does its work once for each line that it is sent.
//!
//! It writes `ready` when it is; then, for each line `run`, it does its work and writes a line:
//! `ok`, or whatever went wrong.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::program::{Ending, Program, end, group_of};

/// How long it may take to get ready.
const GETTING_READY: Duration = Duration::from_secs(60);

/// A program that stays. Dropping it ends it.
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    said: WorkerOutput,
}

/// What a worker writes.
#[derive(Clone)]
pub(super) struct WorkerOutput(Arc<Mutex<Receiver<String>>>);

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
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Messages often end with a line's end of their own.
                if !line.trim().is_empty() && sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut worker = Self {
            child,
            input,
            said: WorkerOutput(Arc::new(Mutex::new(receiver))),
        };
        let command = &program.command.shown;
        match worker.said.within(GETTING_READY) {
            Ok(line) if line.trim() == "ready" => Ok(worker),
            Ok(line) => Err(format!(
                "the worker `{command}` wrote '{line}' instead of 'ready'"
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

    /// Has it do its work, whatever else it has said before. One that is gone says so by its silence.
    pub(super) fn ask(&mut self) {
        while self.said.within(Duration::ZERO).is_ok() {}
        let _ = self.input.write_all(b"run\n");
        let _ = self.input.flush();
    }

    /// What it writes.
    pub(super) fn said(&self) -> WorkerOutput {
        self.said.clone()
    }
}

impl WorkerOutput {
    fn within(&self, time: Duration) -> Result<String, RecvTimeoutError> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.recv_timeout(time)
    }

    /// How its work has ended; `None` where it is not told within `time`.
    pub(super) fn ending(&self, time: Duration) -> Option<Ending> {
        let (code, words) = match self.within(time) {
            Ok(line) if line.trim() == "ok" => (Some(0), "ok".to_owned()),
            Ok(line) => (Some(1), line.trim().chars().take(200).collect()),
            Err(RecvTimeoutError::Disconnected) => (None, "the worker ended".to_owned()),
            Err(RecvTimeoutError::Timeout) => return None,
        };
        Some(Ending { code, words })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        end(group_of(&self.child));
        let _ = self.child.wait();
    }
}
