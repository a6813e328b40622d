use anyhow::anyhow;
use clap::Args;

use super::http::HttpArguments;
use crate::cli::failure::Failure;
use crate::race::SessionCommand;

/// More sessions than that have more schedules than anybody will ever run.
const MOST: usize = 6;

/// So many may meet by chance.
const MOST_AT_RANDOM: usize = 10;

/// Which commands are raced
#[derive(Debug, Args)]
pub(super) struct SessionsArguments {
    /// The command, which is run once in each session, with LOCKBENCH_SESSION set to 1, 2, …
    #[arg(
        value_name = "COMMAND",
        last = true,
        required_unless_present_any = ["session", "http"]
    )]
    command: Vec<String>,
    /// Number of sessions that run the command, or send the one request
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2,
        allow_negative_numbers = true
    )]
    sessions: usize,
    /// Shell command of one session, where they differ; at least two
    #[arg(
        long,
        value_name = "COMMAND",
        conflicts_with_all = ["command", "sessions"]
    )]
    session: Vec<String>,
    /// Keep the programs: each writes `ready`, then a line for each line `run` that it reads
    ///
    /// The line is `ok`, or says what went wrong. A program need not start anew for every schedule
    /// then, which takes most of the time.
    #[arg(long)]
    pub(super) worker: bool,
    #[command(flatten)]
    pub(super) http: HttpArguments,
}

impl SessionsArguments {
    /// The command of each session; `at_random`: whether schedules are chosen by chance.
    pub(super) fn commands(&self, at_random: bool) -> Result<Vec<SessionCommand>, Failure> {
        let requests = self.http.requests().map_err(Failure::usage)?;
        let commands: Vec<SessionCommand> = match (requests.as_slice(), self.session.is_empty()) {
            ([request], _) => vec![SessionCommand::request(request.clone()); self.sessions],
            ([], true) => vec![SessionCommand::of(&self.command); self.sessions],
            ([], false) => (self.session.iter())
                .map(|text| SessionCommand::for_the_shell(text))
                .collect(),
            _ => requests.into_iter().map(SessionCommand::request).collect(),
        };
        match commands.len() {
            0 | 1 => Err(Failure::usage(anyhow!(
                "one session alone has nobody to race: there must be at least two"
            ))),
            2..=MOST => Ok(commands),
            many if many <= MOST_AT_RANDOM && at_random => Ok(commands),
            many => Err(Failure::usage(anyhow!(
                "{many} sessions have more schedules than can be run: at most {MOST}, or \
                 {MOST_AT_RANDOM} with --random"
            ))),
        }
    }
}
