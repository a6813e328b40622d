//! A run of pgbench.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use nix::sys::resource::UsageWho;

use super::cell::{Cell, Run};
use super::usage::used;

/// What pgbench is run with.
pub(crate) struct Theirs<'a> {
    pub(crate) program: &'a Path,
    /// Where the server is.
    pub(crate) url: &'a str,
    /// The file that holds the strategy's script.
    pub(crate) script: &'a Path,
    pub(crate) seconds: u32,
}

/// What pgbench says of itself.
struct Said {
    transactions: f64,
    per_s: f64,
    retries: f64,
}

impl Theirs<'_> {
    /// Runs the script with so many threads. `sales` counts what it sold.
    pub(crate) fn run(
        &self,
        cell: &Cell,
        jobs: u32,
        seed: u64,
        sales: impl FnOnce() -> Result<i64>,
    ) -> Result<Run> {
        let define = |name: &str, value: i64| format!("--define={name}={value}");
        let mut command = Command::new(self.program);
        command
            .args(["--no-vacuum", "--protocol=prepared", "--max-tries=100"])
            .arg(format!("--client={}", cell.clients))
            .arg(format!("--jobs={jobs}"))
            .arg(format!("--time={}", self.seconds))
            .arg(format!("--random-seed={seed}"))
            .args([define("items", cell.items), define("n", 0)])
            .args([define("quantity", 1), define("delta", -1)])
            .arg(define("clients", cell.clients.into()))
            .arg(format!("--file={}", self.script.display()))
            .arg(self.url)
            .env("PGOPTIONS", "-c search_path=lockbench")
            .env_remove("PGSERVICE");
        let (output, used) = used(UsageWho::RUSAGE_CHILDREN, || {
            command.output().context("pgbench could not be started")
        })?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!(
                "pgbench: {}\n{text}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let said = Said::of(&text).with_context(|| format!("pgbench said:\n{text}"))?;
        let sales = sales()? as f64;
        Ok(Run {
            // Where not every transaction is a sale, as when the row has changed.
            sales_per_s: said.per_s * sales / said.transactions,
            cpu_us: used.cpu.as_secs_f64() * 1e6 / sales,
            switches: used.switches as f64 / sales,
            conflicts: (said.retries + said.transactions - sales).max(0.0) / sales,
            p99_us: None,
        })
    }
}

impl Said {
    fn of(text: &str) -> Option<Self> {
        let number = |label: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(label))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Some(Self {
            transactions: number("number of transactions actually processed: ")?,
            per_s: number("tps = ")?,
            // Only said where there may be any.
            retries: number("total number of retries: ").unwrap_or(0.0),
        })
    }
}
