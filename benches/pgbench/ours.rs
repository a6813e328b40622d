//! A run of lockbench.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Result, ensure};
use lockbench::db::{Database, pool};
use lockbench::hammer::{Job, Outcome, Progress, hammer};
use lockbench::model::load::Load;
use nix::sys::resource::UsageWho;

use super::cell::{Cell, Run};
use super::contest::PLENTY;
use super::usage::used;

/// Sells from so many threads for so many seconds.
pub(crate) fn run(database: &Database, cell: &Cell, seconds: u32, seed: u64) -> Result<Run> {
    let load = Load {
        threads: cell.clients,
        pool: cell.clients,
        items: cell.items,
        stock: PLENTY,
        orders: None,
        duration: Some(Duration::from_secs(seconds.into())),
        seed,
        pin: cell.pin,
        ..Load::default()
    };
    let (never, unseen) = (AtomicBool::new(false), Progress::default());
    let (measured, used) = used(UsageWho::RUSAGE_SELF, || {
        let pool = pool::open(database, load.pool)?;
        let job = Job::new(cell.ours.plan, &load);
        hammer(&pool, job, &never, &unseen)
    })?;
    ensure!(measured.gone.is_none(), "the run broke off: {measured:?}");
    let sales = measured.record.told.ended(Outcome::Done).count() as f64;
    let sold = measured.record.latencies.sold();
    let conflicts: u64 = measured.record.conflicts.values().sum();
    Ok(Run {
        sales_per_s: sales / measured.elapsed.as_secs_f64(),
        cpu_us: used.cpu.as_secs_f64() * 1e6 / sales,
        switches: used.switches as f64 / sales,
        conflicts: conflicts as f64 / sales,
        p99_us: Some(sold.value_at_quantile(0.99) as f64),
    })
}
