//! Which story to tell, and who is in it.

use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;

use super::failure::Failure;
use super::load::duration;
use crate::load::Load;
use crate::run::Billing;
use crate::scenario::{Preset, Scenario};
use crate::servers::{Kill, Servers};

/// How many servers there are in a story that is about several.
const USUAL_SERVERS: u32 = 2;

/// Which story to tell
#[derive(Debug, Args)]
#[command(next_help_heading = "Story")]
pub(super) struct StoryArguments {
    /// Story to tell [default: inventory, or the preset's]
    #[arg(long, value_enum)]
    scenario: Option<Scenario>,
    /// Numbers made for one purpose; each can be replaced by its own option
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// Processes that do the same work, each with a pool and locks of its own [default: none
    /// but this one; invoices 2]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    servers: Option<u32>,
    /// Kill a server (SIGKILL) when a share of the work is done, as in `1@40%` for the first one,
    /// and start it again; of two servers, unless --servers says how many
    #[arg(long, value_name = "SERVER@SHARE")]
    kill_server: Option<Kill>,
    /// How long the outside API takes to send a bill [default: 5ms]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    api_latency: Option<Duration>,
    /// Send a key with each bill, by which the outside API knows the second from the first, and
    /// record the invoice under the same key
    #[arg(long)]
    idempotency_key: bool,
    /// Show what happened, moment by moment: every order is kept, in memory that grows with them
    #[arg(long, visible_alias = "history")]
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
        let usual = self.scenario().bills().then_some(USUAL_SERVERS);
        let for_the_kill = self.kill_server.map(|_| USUAL_SERVERS);
        let Some(count) = self.servers.or(usual).or(for_the_kill) else {
            return Ok(None);
        };
        if count == 0 {
            return Err(Failure::usage(anyhow!("there must be at least one server")));
        }
        if let Some(kill) = self.kill_server
            && kill.server > count
        {
            return Err(Failure::usage(anyhow!(
                "--kill-server names server {}, and there are {count}",
                kill.server
            )));
        }
        let program = std::env::current_exe()
            .context("lockbench cannot find itself, to start its servers with")
            .map_err(Failure::unreachable)?;
        Ok(Some(Servers {
            count,
            program,
            kill: self.kill_server,
        }))
    }

    /// How bills are sent. What makes no sense in the story is refused.
    pub(super) fn billing(&self, load: &Load) -> Result<Billing, Failure> {
        let refuse = |wrong: bool, option: &str, why: &str| match wrong {
            true => Err(Failure::usage(anyhow!("{option} {why}"))),
            false => Ok(()),
        };
        if self.scenario().bills() {
            let why =
                "has no place in the story of the invoices: each is one item, and billed once";
            refuse(
                load.orders.is_some(),
                "--orders",
                "has no place in the story of the invoices: it has as many as there are --items",
            )?;
            refuse(load.basket > 1, "--basket", why)?;
            refuse(load.restock > 0.0, "--restock", why)?;
            refuse(load.until_empty, "--until-empty", why)?;
            refuse(load.stock != 1, "--stock", why)?;
            refuse(load.quantity.most != 1, "--quantity", why)?;
            refuse(
                load.duration.is_some(),
                "--duration",
                "has no place in the story of the invoices: it ends when none is pending",
            )?;
            refuse(
                load.rate.is_some(),
                "--rate",
                "has no place in the story of the invoices: nobody orders them",
            )?;
        } else {
            let why = "is for a story with an outside API: --scenario invoices";
            refuse(self.api_latency.is_some(), "--api-latency", why)?;
            refuse(self.idempotency_key, "--idempotency-key", why)?;
        }
        if self.scenario() == Scenario::Credit {
            let why = "has no place in the story of the credit: there is one account";
            refuse(load.items != 1, "--items", why)?;
        }
        Ok(Billing {
            latency: self.api_latency.unwrap_or(Billing::default().latency),
            idempotent: self.idempotency_key,
        })
    }
}
