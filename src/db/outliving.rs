//! A process that outlives lockbench just long enough to clean up after it.
//!
//! It holds the reading end of a pipe whose writing end is ours. When we end, in whatever way, a
//! SIGKILL included, the pipe ends, and that is its sign. Cleaning up on purpose closes the pipe:
//! there is one way out.
//!
//! A parent-death signal alone would come when the *thread* ends that started the child.

use std::io;
#[cfg(feature = "cli")]
use std::io::Write as _;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The process. Dropping it has it do its work, and waits for that.
#[derive(Debug)]
pub(super) struct Outliving {
    process: Child,
    pipe: Option<ChildStdin>,
}

impl Outliving {
    /// Starts `command`, which must read its standard input to the end before it cleans up.
    ///
    /// # Errors
    /// It cannot be started.
    #[cfg(feature = "cli")]
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        Self::spawn(command.stdout(Stdio::null()))
    }

    /// The same, with what it writes to its standard output.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn start_heard(command: &mut Command) -> io::Result<(Self, ChildStdout)> {
        let mut started = Self::spawn(command.stdout(Stdio::piped()))?;
        let output = started.process.stdout.take();
        let output = output.ok_or_else(|| io::Error::other("it has no output"))?;
        Ok((started, output))
    }

    fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut process = command
            .current_dir("/")
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            // Out of reach of the terminal's Ctrl-C, which is for us to answer.
            .process_group(0)
            .spawn()?;
        let pipe = process.stdin.take();
        Ok(Self { process, pipe })
    }

    /// Gives it something to read.
    ///
    /// # Errors
    /// It does not read any more.
    #[cfg(feature = "cli")]
    pub(super) fn tell(&mut self, words: &str) -> io::Result<()> {
        self.pipe
            .as_mut()
            .map_or(Ok(()), |pipe| pipe.write_all(words.as_bytes()))
    }
}

impl Drop for Outliving {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.process.wait();
    }
}
