//! The table: each command, with work that never ends, and with work that soon does.

use std::collections::BTreeSet;

use clap::Command;

/// A command, or a way to use it that ends differently.
pub struct Row {
    /// The command, and the option that makes it another.
    pub name: &'static str,
    /// What makes it take far longer than any test; `None` where it looks at something and is done.
    pub endless: Option<&'static str>,
    /// What makes it short; `None` where nothing does.
    pub brief: Option<&'static str>,
    /// Where that runs: nowhere, in a private database, or in one that stays.
    pub place: Place,
    /// The format that it does not have.
    pub without: &'static str,
}

/// Where a command runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It uses no database.
    Nowhere,
    /// In any.
    Anywhere,
    /// Only in one that is there before and after.
    Lasting,
    /// In a private server of PostgreSQL, or in a copy of one of its databases.
    Copied,
}

const ROW: Row = Row {
    name: "",
    endless: None,
    brief: Some(""),
    place: Place::Nowhere,
    without: "",
};

pub const COMMANDS: &[Row] = &[
    Row {
        name: "run",
        endless: Some("-s pessimistic --no-control --duration 1h --stock 1000000 --hold 1ms"),
        brief: Some("-s pessimistic --no-control --orders 20 -t 2"),
        place: Place::Anywhere,
        ..ROW
    },
    Row {
        name: "check",
        endless: Some(
            "-s naive,atomic,optimistic --no-proof --rounds 1000000 -t 4 --stock 10 --orders 20",
        ),
        // Without thinking time naive may be right once, on a busy machine.
        brief: Some("-s naive,atomic --no-proof --rounds 1 -t 4 --stock 5 --orders 10 --hold 2ms"),
        place: Place::Anywhere,
        ..ROW
    },
    Row {
        name: "compare",
        endless: Some(
            "-s pessimistic,atomic --no-control --duration 50ms --warm-up 0ms -t 2 --max-time 1h --precision 0.001%",
        ),
        brief: Some(
            "-s pessimistic,atomic --no-control --duration 10ms --warm-up 0ms -t 2 --max-time 50ms",
        ),
        place: Place::Anywhere,
        ..ROW
    },
    Row {
        name: "sweep",
        endless: Some(
            "--axis threads=1,2 -s pessimistic,atomic --no-control --duration 50ms --warm-up 0ms --max-time 1h --precision 0.001%",
        ),
        brief: Some(
            "--axis threads=1,2 -s pessimistic,atomic --no-control --duration 10ms --warm-up 0ms --max-time 50ms",
        ),
        place: Place::Anywhere,
        ..ROW
    },
    Row {
        name: "advise",
        endless: Some(
            "-s pessimistic,atomic --no-outlook --duration 50ms --warm-up 0ms -t 2 --max-time 1h --precision 0.001%",
        ),
        brief: Some(
            "-s pessimistic,atomic --no-outlook --duration 10ms --warm-up 0ms -t 2 --max-time 50ms",
        ),
        place: Place::Anywhere,
        ..ROW
    },
    Row {
        name: "explore",
        endless: Some("-s pessimistic --sessions 4 --no-pruning"),
        brief: Some("-s atomic"),
        place: Place::Anywhere,
        ..ROW
    },
    Row {
        name: "explore --map",
        endless: Some(""),
        brief: None,
        place: Place::Anywhere,
        without: "html",
    },
    Row {
        name: "explore --replay",
        brief: Some("1.2.1.2.1.2 -s naive"),
        place: Place::Anywhere,
        ..ROW
    },
    Row {
        name: "race",
        endless: Some(
            "--setup tests/all/faults/endings/seen.sql --session psql<tests/all/faults/endings/step_by_step.sql --session psql<tests/all/faults/endings/step_by_step.sql",
        ),
        brief: Some(
            "--setup tests/all/faults/endings/seen.sql --session psql<tests/all/faults/endings/once.sql --session psql<tests/all/faults/endings/once.sql",
        ),
        place: Place::Copied,
        ..ROW
    },
    Row {
        name: "anomalies",
        endless: Some(""),
        brief: Some("--show lost-update"),
        place: Place::Anywhere,
        ..ROW
    },
    Row {
        name: "strategies",
        ..ROW
    },
    Row {
        name: "explain",
        brief: Some("pessimistic"),
        place: Place::Anywhere,
        ..ROW
    },
    Row {
        name: "db status",
        place: Place::Lasting,
        ..ROW
    },
    Row {
        name: "db reset",
        place: Place::Lasting,
        ..ROW
    },
    Row {
        name: "db drop",
        place: Place::Lasting,
        ..ROW
    },
    Row {
        name: "completions",
        brief: Some("bash"),
        ..ROW
    },
    Row {
        name: "man",
        // Its files go where `--output` says, which is a folder.
        brief: None,
        ..ROW
    },
];

impl Row {
    fn command(&self) -> Command {
        let mut command = lockbench::cli::command();
        for name in self.name.split(' ').filter(|word| !word.starts_with('-')) {
            command = command.find_subcommand(name).expect(name).clone();
        }
        command
    }

    fn has(&self, argument: &str) -> bool {
        let command = self.command();
        let mut arguments = command.get_arguments();
        arguments.any(|one| one.get_id() == argument)
    }

    /// Whether it has a limit to its time.
    pub fn has_time_limit(&self) -> bool {
        self.has("max_time")
    }

    /// Whether it can write to a file.
    pub fn has_output(&self) -> bool {
        self.has("format")
    }

    /// Whether it can write several formats at once.
    pub fn has_also(&self) -> bool {
        self.has("also")
    }

    /// The formats that clap knows of it; one without a name where it has no choice.
    pub fn formats(&self) -> Vec<String> {
        let command = self.command();
        let format = command.get_arguments().find(|one| one.get_id() == "format");
        match format {
            None => vec![String::new()],
            Some(format) => {
                let values = format.get_possible_values();
                let names = values.iter().map(|value| value.get_name().to_owned());
                names.filter(|name| name != self.without).collect()
            }
        }
    }

    /// Its formats, those together that one run can write.
    pub fn runs(&self) -> Vec<Vec<String>> {
        match self.has_also() {
            true => vec![self.formats()],
            false => self.each(),
        }
    }

    /// Its formats, one by one.
    pub fn each(&self) -> Vec<Vec<String>> {
        self.formats()
            .into_iter()
            .map(|format| vec![format])
            .collect()
    }
}

/// The commands that do something, as they are typed.
pub fn leaves(command: &Command, path: &str, found: &mut BTreeSet<String>) {
    for sub in command.get_subcommands() {
        if sub.is_hide_set() || sub.get_name() == "help" {
            continue;
        }
        let path = format!("{path} {}", sub.get_name()).trim().to_owned();
        if sub.has_subcommands() {
            leaves(sub, &path, found);
        } else {
            found.insert(path);
        }
    }
}
