//! Which story to tell, and who is in it.

use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::parse::duration;
use crate::hammer::servers::{Kill, Servers};
use crate::model::load::Load;
use crate::model::scenario::{Preset, Scenario};
use crate::run::Billing;

/// How many servers there are where one of them is killed and nothing else is asked for.
const SERVERS_OF_A_KILL: u32 = 2;

/// Which story to tell
#[derive(Debug, Args)]
#[command(next_help_heading = "Scenario")]
pub(super) struct StoryArguments {
    /// Scenario to run [default: inventory, or the preset's]
    #[arg(long, value_enum, hide_short_help = true)]
    scenario: Option<Scenario>,
    /// Ready-made numbers for one purpose; every option overrides its own
    #[arg(long, value_enum, hide_short_help = true)]
    preset: Option<Preset>,
    /// Server processes that do the same work, each with its own pool and locks
    /// [default: this process alone; invoices 2]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    servers: Option<u32>,
    /// Kill a server (SIGKILL) once a share of the work is done, and restart it: `1@40%` kills the
    /// first one at 40 %. Starts two servers unless --servers says otherwise
    #[arg(long, value_name = "SERVER@SHARE", hide_short_help = true)]
    kill_server: Option<Kill>,
    /// How long the external API takes to send a bill [default: 5ms]
    #[arg(long, value_name = "TIME", value_parser = duration, hide_short_help = true)]
    api_latency: Option<Duration>,
    /// Send an idempotency key with each bill, by which the external API recognises a duplicate, and
    /// record the invoice under the same key
    #[arg(long, hide_short_help = true)]
    idempotency_key: bool,
    /// Show what happened, event by event; every order is kept in memory
    #[arg(long, visible_alias = "history", hide_short_help = true)]
    pub(super) events: bool,
}

impl StoryArguments {
    /// The story.
    pub(super) fn scenario(&self) -> Scenario {
        let preset = self.preset.map(Preset::scenario);
        self.scenario.or(preset).unwrap_or_default()
    }

    /// The numbers that it is told with where nothing else is asked for.
    pub(super) fn base(&self) -> Result<Load, Failure> {
        let Some(preset) = self.preset else {
            return Ok(self.scenario().load());
        };
        if self.scenario() != preset.scenario() {
            return Err(Failure::usage(anyhow!(
                "--preset {preset} belongs to --scenario {}",
                preset.scenario()
            )));
        }
        Ok(preset.load())
    }

    /// The processes that are to do the work; `None`: this one.
    pub(super) fn servers(&self) -> Result<Option<Servers>, Failure> {
        let usual = self.scenario().usual_servers();
        let for_the_kill = self.kill_server.map(|_| SERVERS_OF_A_KILL);
        let Some(count) = self.servers.or(usual).or(for_the_kill) else {
            return Ok(None);
        };
        let program = std::env::current_exe()
            .context("cannot find the lockbench executable to start the servers with")?;
        Ok(Some(Servers {
            count,
            program,
            kill: self.kill_server,
        }))
    }

    /// How bills are sent. What the story has no use for is refused.
    pub(super) fn billing(&self) -> Result<Billing, Failure> {
        let scenario = self.scenario();
        if !scenario.bills() {
            let with: Vec<String> = Scenario::value_variants()
                .iter()
                .filter(|scenario| scenario.bills())
                .map(|scenario| format!("--scenario {scenario}"))
                .collect();
            let why = format!("needs a scenario with an external API: {}", with.join(", "));
            refuse(self.api_latency.is_some(), "--api-latency", &why)?;
            refuse(self.idempotency_key, "--idempotency-key", &why)?;
        }
        Ok(Billing {
            latency: self.api_latency.unwrap_or(Billing::default().latency),
            idempotent: self.idempotency_key,
        })
    }
}

fn refuse(wrong: bool, option: &str, why: &str) -> Result<(), Failure> {
    match wrong {
        true => Err(Failure::usage(anyhow!("{option} {why}"))),
        false => Ok(()),
    }
}
