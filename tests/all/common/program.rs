//! The program at work, with everything that belongs to it in sight.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tempfile::TempDir;

/// Far more than anything here takes, also on a machine that does ten other things, and still an end.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// How soon nothing is left after lockbench was killed, its folders included.
pub const GONE: Duration = Duration::from_secs(30);

/// How soon a private server must be gone after lockbench was killed.
pub const SOON: Duration = Duration::from_secs(5);

/// A `lockbench run`, or another command, in a process group of its own, as a terminal would start it, and with a
/// temporary folder of its own.
pub struct Program {
    child: Child,
    temporary: TempDir,
    /// Everything that it has started, as far as it was seen.
    descendants: Vec<i32>,
}

impl Program {
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_in(&[], arguments)
    }

    /// The same in an environment with these variables.
    pub fn start_in(environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let run = ["run", "--format", "json", "--no-control"];
        Self::start_command(environment, &[&run, arguments].concat())
    }

    /// Another command than `run`.
    pub fn start_command(environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockbench"));
        command.args(arguments).envs(environment.iter().copied());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::start_as(command)
    }

    /// The program as `command` starts it, which has its arguments and knows where its output goes.
    pub fn start_as(mut command: Command) -> Self {
        // Short enough for a socket, and open to the user that PostgreSQL runs as.
        let temporary = tempfile::Builder::new()
            .prefix("lb-")
            .tempdir_in("/tmp")
            .unwrap();
        let open_to_all = std::fs::Permissions::from_mode(0o1777);
        std::fs::set_permissions(temporary.path(), open_to_all).unwrap();
        let child = command
            .env_remove("DATABASE_URL")
            .env("TMPDIR", temporary.path())
            .process_group(0)
            .spawn()
            .unwrap();
        Self {
            child,
            temporary,
            descendants: Vec::new(),
        }
    }

    /// Its private folder, once there is one.
    pub fn folder(&self) -> Option<PathBuf> {
        let mut found = std::fs::read_dir(self.temporary.path()).unwrap();
        found.next().map(|entry| entry.unwrap().path())
    }

    /// The process of its private PostgreSQL server, once it has one that is ready.
    pub fn postgres(&self) -> Option<Pid> {
        let folders = std::fs::read_dir(self.temporary.path()).unwrap();
        folders.flatten().find_map(|folder| {
            let lock = std::fs::read_to_string(folder.path().join("data/postmaster.pid")).ok()?;
            lock.lines().next()?.parse().ok().map(Pid::from_raw)
        })
    }

    /// Its process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.id()).unwrap())
    }

    /// The servers among its children, by their process ids.
    pub fn servers(&self) -> Vec<i32> {
        let parent = self.pid().as_raw();
        let is_server = |each: &Process| each.line.ends_with(" server");
        let mut found = processes();
        found.retain(|each| each.parent == parent && is_server(each));
        found.iter().map(|each| each.pid).collect()
    }

    /// Remembers what it has started so far.
    pub fn look_at_its_processes(&mut self) {
        let all = processes();
        let mut family = vec![self.pid().as_raw()];
        let mut seen = 0;
        while seen < family.len() {
            let parent = family[seen];
            family.extend(
                all.iter()
                    .filter(|each| each.parent == parent)
                    .map(|each| each.pid),
            );
            seen += 1;
        }
        self.descendants = family.split_off(1);
    }

    /// Sends it a signal, as `kill` does.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Sends a signal to its whole group, as a terminal does.
    pub fn signal_group(&self, signal: Signal) {
        killpg(self.pid(), signal).unwrap();
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end, at least as long as `time`, and sees to it that nothing of it is left
    /// within `time` of that.
    pub fn end_leaving_nothing(mut self, time: Duration) -> Output {
        wait_for("the program to end", PATIENCE.max(time), || {
            self.has_ended()
        });
        let status = self.child.wait().unwrap();
        // Before its output is read: what is left may hold that open.
        let temporary = self.temporary.path();
        wait_for("nothing to be left", time, || {
            let left = std::fs::read_dir(temporary).unwrap().count();
            let alive = processes()
                .iter()
                .any(|each| self.descendants.contains(&each.pid) || each.mentions(temporary));
            left == 0 && !alive
        });
        let mut output = Output {
            status,
            stdout: Vec::new(),
            stderr: Vec::new(),
        };
        // Less than a pipe holds, so that it did not have to be read before.
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_end(&mut output.stdout).unwrap();
        }
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_end(&mut output.stderr).unwrap();
        }
        output
    }
}

impl Drop for Program {
    /// Whatever a test has found wrong with it, it does not outlive the test.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Process {
    pid: i32,
    parent: i32,
    line: String,
}

impl Process {
    fn mentions(&self, path: &Path) -> bool {
        self.line.contains(path.to_str().unwrap())
    }
}

/// All processes but those that only wait for their parent to notice their end.
fn processes() -> Vec<Process> {
    let listed = Command::new("ps")
        .args(["-Awwo", "pid=,ppid=,stat=,args="])
        .output()
        .expect("ps, which tests/run installs");
    String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let pid = words.next()?.parse().ok()?;
            let parent = words.next()?.parse().ok()?;
            let zombie = words.next()?.starts_with('Z');
            (!zombie).then(|| Process {
                pid,
                parent,
                line: line.to_owned(),
            })
        })
        .collect()
}

/// Waits until `done`, and fails when that takes longer than `time`.
pub fn wait_for(what: &str, time: Duration, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + time;
    while !done() {
        assert!(Instant::now() < deadline, "waited {time:?} for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
