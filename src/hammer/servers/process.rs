//! One server, from outside: its process and what goes in and comes out.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::message::{Assignment, FromServer, ToServer, send};

/// How long a server that has said its last may take to end.
const EXIT_PATIENCE: Duration = Duration::from_secs(5);

/// A server's process. Dropping it ends it.
pub(super) struct Process {
    child: Child,
    input: Option<ChildStdin>,
}

/// What a server said, and which one it was; `None` when it has said its last.
pub(super) type ServerMessage = (u32, Option<FromServer>);

impl Process {
    /// Starts `program` as the server that `assignment` describes. What it says goes to `sender`.
    ///
    /// # Errors
    /// The program cannot be started.
    pub(super) fn start(
        program: &Path,
        assignment: &Assignment,
        sender: Sender<ServerMessage>,
    ) -> Result<Self> {
        let mut child = Command::new(program)
            .arg("server")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Out of reach of the terminal's Ctrl-C, which is for the parent to answer.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start a server from {}", program.display()))?;
        let (mut input, output) = (child.stdin.take(), child.stdout.take());
        if let Some(input) = &mut input {
            // Whatever is wrong with it, the server's silence will tell.
            let _ = send(input, assignment);
        }
        let server = assignment.server;
        thread::spawn(move || {
            let lines = output
                .into_iter()
                .flat_map(|out| BufReader::new(out).lines());
            for line in lines.map_while(Result::ok) {
                let Ok(message) = serde_json::from_str(&line) else {
                    // The half of a line that a killed server got out.
                    break;
                };
                if sender.send((server, Some(message))).is_err() {
                    return;
                }
            }
            let _ = sender.send((server, None));
        });
        Ok(Self { child, input })
    }

    /// Tells the server something. One that is gone is noticed by its silence.
    pub(super) fn tell(&mut self, message: ToServer) {
        if let Some(input) = &mut self.input {
            let _ = send(input, &message);
        }
    }

    /// Kills it with SIGKILL: it gets no chance to clear up.
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
    }

    /// How it ended, as the system tells it. One that has said its last and does not end is
    /// made to.
    pub(super) fn end(&mut self) -> String {
        let deadline = Instant::now() + EXIT_PATIENCE;
        let ended = loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => thread::sleep(EXIT_PATIENCE / 500),
                Ok(None) => {
                    self.kill();
                    break self.child.wait();
                }
                Ok(Some(status)) => break Ok(status),
                Err(error) => break Err(error),
            }
        };
        match ended {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
