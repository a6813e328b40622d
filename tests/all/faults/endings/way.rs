//! The ways to end early, each with what must be so afterwards.

use std::fs::{self, File};
use std::io::pipe;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use lockbench::db::server::ServerOptions;
use lockbench::db::{Address, Database};
use lockbench::run::Shop;
use nix::sys::signal::{Signal, kill};
use tempfile::TempDir;

use super::judge::{INTERRUPTED, TOO_FEW, signed_off};
use super::table::{Place, Row};
use crate::common;
use crate::common::program::{PATIENCE, Program, wait_for};

/// Statements after which a command is in the middle of its work, and not of its set-up.
const AT_WORK: usize = 150;

/// Starts of a program that is raced after which its schedules are gone through: those before are
/// its runs alone.
const SCHEDULES: usize = 20;

/// How often what is soon done is started to be interrupted before that.
const TRIES: usize = 5;

/// The bytes of a block of `ulimit -f`, in a POSIX shell.
const BLOCK: u64 = 512;

/// After a signal: how long the program's clean end may take, as the handler of signals has it.
const GRACE: Duration = Duration::from_secs(30);

/// A way to end early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Ctrl-C in the middle of the work.
    CtrlC,
    /// SIGTERM there.
    Terminated,
    /// Ctrl-C before there is a database.
    CtrlCAtTheStart,
    /// Ctrl-C twice, while somebody else keeps all buyers waiting.
    TwiceCtrlC,
    /// `--max-time`.
    TimeLimit,
    /// The server is killed in the middle of the work.
    ServerKilled,
    /// The database ends all sessions there and takes no new ones.
    DatabaseClosed,
    /// The standard output takes nothing.
    TerminalFull,
    /// The file takes no more than its first block.
    FileFull,
    /// The same where an older report is in it.
    OldFileFull,
    /// Nobody reads the standard output.
    PipeClosed,
}

impl Way {
    pub const ALL: [Self; 11] = [
        Self::CtrlC,
        Self::Terminated,
        Self::CtrlCAtTheStart,
        Self::TwiceCtrlC,
        Self::TimeLimit,
        Self::ServerKilled,
        Self::DatabaseClosed,
        Self::TerminalFull,
        Self::FileFull,
        Self::OldFileFull,
        Self::PipeClosed,
    ];

    pub fn name(self) -> String {
        format!("{self:?}")
    }

    /// The runs that it takes to try it on that command: the formats of each.
    pub fn runs(self, row: &Row) -> Vec<Vec<String>> {
        let first = || row.runs().into_iter().take(1).collect();
        let measures = row.endless.is_some();
        let none = Vec::new();
        match self {
            Self::CtrlC if measures => row.runs(),
            // A copy is nobody's to close.
            Self::DatabaseClosed if measures && row.place != Place::Copied => row.runs(),
            Self::CtrlCAtTheStart if [Place::Anywhere, Place::Copied].contains(&row.place) => {
                first()
            }
            // The formats after these are those after a Ctrl-C, or none.
            Self::Terminated | Self::ServerKilled if measures => first(),
            // Nobody else can keep the programs of a race waiting.
            Self::TwiceCtrlC if measures && row.place != Place::Copied => first(),
            Self::TimeLimit if row.has_time_limit() => row.runs(),
            Self::TerminalFull if row.brief.is_some() => row.each(),
            Self::PipeClosed if row.brief.is_some() => row.each().into_iter().take(1).collect(),
            Self::FileFull if row.brief.is_some() && row.has_output() => row.runs(),
            Self::OldFileFull if row.brief.is_some() && row.has_output() => first(),
            _ => none,
        }
    }

    /// Ends that command in this way.
    pub fn try_on(self, row: &Row, formats: &[String]) -> Result<(), String> {
        let mut run = Run::new(row, formats);
        match self {
            Self::CtrlC | Self::Terminated => {
                // Anomalies are run too fast on SQLite for anything to happen in the middle.
                let database = match row.name == "anomalies" || row.place == Place::Copied {
                    true => common::postgres_url(),
                    false => "sqlite".to_owned(),
                };
                let program = run.at_work(&database);
                let asked = Instant::now();
                program.signal(match self {
                    Self::CtrlC => Signal::SIGINT,
                    _ => Signal::SIGTERM,
                });
                let output = program.end_leaving_nothing(PATIENCE);
                run.interrupted(&output, asked)
            }
            Self::CtrlCAtTheStart => {
                let (mut output, mut asked) = run.interrupted_at_the_start();
                // What only looks may have been done before the signal came.
                for _ in 1..TRIES {
                    if row.endless.is_none() && output.status.success() {
                        run = Run::new(row, formats);
                        (output, asked) = run.interrupted_at_the_start();
                    }
                }
                match row.endless {
                    Some(_) => run.interrupted(&output, asked),
                    // What only looks is killed, which a shell shows as 130 as well.
                    None => {
                        run.ended(&output, &[-2])?;
                        run.left_no_file()
                    }
                }
            }
            Self::TwiceCtrlC => {
                let url = common::postgres_url();
                let mut program = run.at_work(&url);
                let mut holder = common::postgres(&url);
                // Whoever looks at the tables may wait for us while it keeps a session stopped that
                // we wait for: no server sees that circle, and a time limit breaks it.
                let all = "BEGIN; SET LOCAL lock_timeout = '200ms'; \
                     DO $$ DECLARE one text; BEGIN FOR one IN SELECT format('%I.%I', schemaname, tablename) \
                     FROM pg_tables WHERE schemaname = 'lockbench' LOOP EXECUTE 'LOCK TABLE ' || one; END LOOP; END $$";
                // The buyers' locks and these may deadlock, too.
                wait_for("all locks", PATIENCE, || {
                    let locked = holder.batch_execute(all);
                    if locked.is_err() {
                        holder.batch_execute("ROLLBACK").unwrap();
                    }
                    locked.is_ok()
                });
                program.signal(Signal::SIGINT);
                std::thread::sleep(Duration::from_millis(100));
                let early = program.has_ended();
                if !early {
                    program.signal(Signal::SIGINT);
                }
                let output = program.end_leaving_nothing(PATIENCE);
                run.ended(&output, &[130])?;
                match early {
                    true => run.says(INTERRUPTED),
                    // It may have been about to end by itself when the second signal came.
                    false => run.left_no_file().or_else(|_| run.says(INTERRUPTED)),
                }
            }
            Self::TimeLimit => {
                let output = run
                    .started("sqlite", row.brief.unwrap())
                    .end_leaving_nothing(PATIENCE);
                run.ended(&output, &[4])?;
                run.says(TOO_FEW[0])
            }
            Self::ServerKilled => {
                let program = run.at_work("postgres");
                kill(program.postgres().unwrap(), Signal::SIGKILL).unwrap();
                run.found_no_database(&program.end_leaving_nothing(PATIENCE))
            }
            Self::DatabaseClosed => {
                let url = common::postgres_url();
                let program = run.at_work(&url);
                let name = url.rsplit('/').next().unwrap().split('?').next().unwrap();
                // Two transactions: whoever comes back must find it closed already.
                let mut server = common::postgres(&common::postgres_server().url());
                for sql in [
                    format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
                    format!(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                    ),
                ] {
                    server.batch_execute(&sql).unwrap();
                }
                run.found_no_database(&program.end_leaving_nothing(PATIENCE))
            }
            Self::TerminalFull => {
                let full = File::options().write(true).open("/dev/full").unwrap();
                let output = run.brief_to(full.into());
                run.ended(&output, &[2])?;
                run.complains(&output)?;
                match row.has_also() {
                    true => read(&run.other()).map(|_| ()),
                    false => Ok(()),
                }
            }
            Self::PipeClosed => {
                let (reader, writer) = pipe().unwrap();
                drop(reader);
                let output = run.brief_to(writer.into());
                // Nothing is unfinished but for the time limit: who reads no further has read enough.
                let code = if row.has_time_limit() { 4 } else { 0 };
                run.ended(&output, &[code])
            }
            Self::FileFull => {
                run.limited = true;
                let output = run.brief_to(Stdio::piped());
                run.left_no_half(&output)
            }
            Self::OldFileFull => {
                run.limited = true;
                let (_, file) = &run.files[0];
                fs::write(file, "an older report").unwrap();
                let output = run.brief_to(Stdio::piped());
                run.left_no_half(&output)?;
                let left = fs::read_to_string(&run.files[0].1).unwrap();
                match output.status.code() {
                    Some(2) if run.files.len() == 1 && left != "an older report" => {
                        Err(format!("the file has now {left:?}"))
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

/// One run of a command, with the files that it is to write.
struct Run<'a> {
    row: &'a Row,
    folder: TempDir,
    files: Vec<(String, PathBuf)>,
    /// Whether no file can be longer than a block.
    limited: bool,
    /// Whether the first format goes to the standard output.
    shown: bool,
}

impl<'a> Run<'a> {
    fn new(row: &'a Row, formats: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |format: &String| {
            let ending = match format.as_str() {
                "text" => "txt",
                "markdown" => "md",
                "junit" => "xml",
                other => other,
            };
            (
                format.clone(),
                folder.path().join(format!("report.{ending}")),
            )
        };
        let mut files: Vec<_> = formats.iter().map(file).collect();
        files.retain(|(format, _)| !format.is_empty());
        Self {
            row,
            folder,
            files,
            limited: false,
            shown: false,
        }
    }

    /// Where the standard error goes.
    fn said(&self) -> PathBuf {
        self.folder.path().join("said")
    }

    /// Where programs that are raced say that they are at work.
    fn signs_of_work(&self) -> PathBuf {
        self.folder.path().join("at-work")
    }

    /// Where the result goes as well, if it can.
    fn other(&self) -> PathBuf {
        self.folder.path().join("other.json")
    }

    fn command(&self, database: &str, more: &str) -> Command {
        let binary = env!("CARGO_BIN_EXE_lockbench");
        let mut command = match self.limited {
            false => {
                // Whoever runs the tests in the background of a script has SIGINT ignored in
                // everything that they start.
                let mut with_signals = Command::new("env");
                with_signals.args(["--default-signal=INT", binary]);
                with_signals
            }
            true => {
                let mut shell = Command::new("sh");
                shell.args([
                    "-c",
                    "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"",
                    binary,
                ]);
                shell
            }
        };
        command.args(self.row.name.split(' '));
        command.args(more.split(' ').filter(|word| !word.is_empty()));
        if self.row.place != Place::Nowhere {
            command.args(["-d", database]);
        }
        if self.shown && self.row.has_also() {
            command.arg("--also").arg(self.other());
        }
        for (index, (format, file)) in self.files.iter().enumerate() {
            match index {
                0 => command.args(["--format", format]),
                _ => command.arg("--also").arg(file),
            };
            if index == 0 && !self.shown {
                command.arg("--output").arg(file);
            }
        }
        command
    }

    /// Started, with what it says in a file.
    fn started(&self, database: &str, more: &str) -> Program {
        let mut command = self.command(database, more);
        command
            .stdout(Stdio::piped())
            .stderr(File::create(self.said()).unwrap());
        Program::start_as(command)
    }

    /// Started on a private server, and interrupted before that is there.
    fn interrupted_at_the_start(&self) -> (Output, Instant) {
        let mut program = self.started("postgres", self.row.endless.or(self.row.brief).unwrap());
        wait_for("the folder of the server", PATIENCE, || {
            program.folder().is_some()
        });
        // Or it would go on while we look, which may take long.
        program.signal(Signal::SIGSTOP);
        program.look_at_its_processes();
        let asked = Instant::now();
        program.signal(Signal::SIGINT);
        program.signal(Signal::SIGCONT);
        (program.end_leaving_nothing(PATIENCE), asked)
    }

    /// Started with work that never ends, and in the middle of it.
    fn at_work(&self, database: &str) -> Program {
        let mut command = self.command(database, self.row.endless.unwrap());
        command
            .arg("--verbose")
            .env("AT_WORK", self.signs_of_work());
        command
            .stdout(Stdio::piped())
            .stderr(File::create(self.said()).unwrap());
        let mut program = Program::start_as(command);
        wait_for("the work", PATIENCE, || {
            let lines = |file: PathBuf| {
                let said = fs::read(file).unwrap_or_default();
                said.iter().filter(|byte| **byte == b'\n').count()
            };
            assert!(
                !program.has_ended(),
                "{} ended by itself: {}",
                self.row.name,
                String::from_utf8_lossy(&fs::read(self.said()).unwrap_or_default())
            );
            match self.row.place {
                // Its statements tell nothing: how often it looks at programs that run alone
                // depends on how long they take.
                Place::Copied => lines(self.signs_of_work()) > SCHEDULES,
                _ => lines(self.said()) > AT_WORK,
            }
        });
        program.look_at_its_processes();
        program
    }

    /// What becomes of short work whose report goes there.
    fn brief_to(&mut self, stdout: Stdio) -> Output {
        self.shown = !self.limited;
        let database = match (self.row.place, self.limited) {
            (Place::Anywhere, false) => "sqlite".to_owned(),
            (Place::Nowhere, _) => String::new(),
            // A copy is made sooner than a server.
            (Place::Copied, _) => common::postgres_url(),
            _ => self.lasting(),
        };
        let mut command = self.command(&database, self.row.brief.unwrap());
        command.stdout(stdout).stderr(Stdio::piped());
        Program::start_as(command).end_leaving_nothing(PATIENCE)
    }

    /// A database that has the tables.
    fn lasting(&self) -> String {
        let url = common::postgres_url();
        let address: Address = url.parse().unwrap();
        let database = Database::open(&address, &ServerOptions::default()).unwrap();
        Shop::open(&database).unwrap();
        url
    }

    fn ended(&self, output: &Output, codes: &[i32]) -> Result<(), String> {
        let signal = output.status.signal().map(|signal| -signal);
        let code = output.status.code().or(signal).unwrap();
        let said = self.words(output);
        if said.contains("panicked") {
            return Err(format!("it panicked: {said}"));
        }
        match codes.contains(&code) {
            true => Ok(()),
            false => Err(format!("it ended with {code}, not {codes:?}: {said}")),
        }
    }

    /// What it said on the standard error, as far as it was not a statement.
    fn words(&self, output: &Output) -> String {
        let file = fs::read(self.said()).unwrap_or_default();
        let said = [file, output.stderr.clone()].concat();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }

    /// Sees to it that it ended as after a signal, and that every report says so first. Whatever
    /// keeps it from its end for half a minute keeps it from its report as well.
    fn interrupted(&self, output: &Output, asked: Instant) -> Result<(), String> {
        self.ended(output, &[130])?;
        match self.says(INTERRUPTED) {
            Err(_) if asked.elapsed() > GRACE => self.left_no_file(),
            said => said,
        }
    }

    /// Sees to it that every report says so first.
    fn says(&self, word: &str) -> Result<(), String> {
        for (format, file) in &self.files {
            let report = read(file)?;
            signed_off(self.row.name, format, &report, word)?;
        }
        Ok(())
    }

    /// Sees to it that it failed, with no report but that of a check, whose place says why.
    fn found_no_database(&self, output: &Output) -> Result<(), String> {
        self.ended(output, &[3])?;
        if !self.words(output).contains("error:") {
            return Err(format!("no error: {}", self.words(output)));
        }
        if !output.stdout.is_empty() {
            return Err(format!(
                "it shows {}",
                String::from_utf8_lossy(&output.stdout)
            ));
        }
        if self.row.name != "check" {
            return self.left_no_file();
        }
        for (format, file) in &self.files {
            let report = read(file)?;
            match format.as_str() {
                "text" | "markdown" => signed_off("check", format, &report, "No verdict on")?,
                "json" => {
                    let results: serde_json::Value = serde_json::from_slice(&report).unwrap();
                    if results[0]["verdict"] != "failed" {
                        return Err(results.to_string());
                    }
                }
                _ => signed_off("check", format, &report, "")?,
            }
        }
        Ok(())
    }

    /// Sees to it that somebody is told why there is no report.
    fn complains(&self, output: &Output) -> Result<(), String> {
        let said = self.words(output);
        match said.contains("error: ")
            && (said.contains("os error 28") || said.contains("os error 27"))
        {
            true => Ok(()),
            false => Err(format!("it does not say why: {said}")),
        }
    }

    /// Sees to it that each file is there as a whole, or not at all, and that who misses one is told.
    fn left_no_half(&self, output: &Output) -> Result<(), String> {
        let length = |file: &PathBuf| fs::metadata(file).ok().map(|file| file.len());
        let lengths: Vec<Option<u64>> = self.files.iter().map(|(_, file)| length(file)).collect();
        if lengths
            .iter()
            .any(|length| [Some(0), Some(BLOCK)].contains(length))
        {
            return Err(format!("files of {lengths:?} bytes"));
        }
        match output.status.code() {
            Some(0 | 4) if !lengths.contains(&None) => Ok(()),
            _ => {
                self.ended(output, &[2])?;
                self.complains(output)
            }
        }
    }

    fn left_no_file(&self) -> Result<(), String> {
        match self.files.iter().find(|(_, file)| file.exists()) {
            None => Ok(()),
            Some((_, file)) => Err(format!(
                "it left {} with {} bytes",
                file.display(),
                fs::metadata(file).unwrap().len()
            )),
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}
