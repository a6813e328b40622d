//! The two on one server, in turns.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use diesel::connection::SimpleConnection;
use lockbench::compare::statistics::paired_ratio;
use lockbench::db::server::{PostgresServer, ServerOptions};
use lockbench::db::{Address, Database, Description};
use lockbench::model::load::Load;
use lockbench::model::strategy::Layout;
use lockbench::run::Shop;
use lockbench::run::ceiling::{Costs, round_trips};
use lockbench::tables::{ledger, stock};

use super::arguments::Arguments;
use super::cell::{Against, Cell, Held, Run};
use super::script::script;
use super::{ours, theirs::Theirs};

/// Units of each item: so many that nobody is ever turned away.
pub(crate) const PLENTY: i64 = 1_000_000_000;

/// A server of our own, with PostgreSQL's defaults but for `fsync`.
pub(crate) struct Stage {
    server: PostgresServer,
    database: Database,
}

impl Stage {
    pub(crate) fn open(durable: bool) -> Result<Self> {
        let settings = if durable {
            Vec::new()
        } else {
            vec!["fsync=off".to_owned()]
        };
        let server = PostgresServer::start(&ServerOptions {
            connections: 100,
            quick_deadlocks: false,
            settings,
        })?;
        let address: Address = server.url().parse().expect("its own URL");
        Ok(Self {
            database: Database::open(&address, &ServerOptions::default())?,
            server,
        })
    }
}

/// The two who are compared on a stage.
pub(crate) struct Contest<'a> {
    shop: Shop<'a>,
    url: String,
    pgbench: PathBuf,
    rounds: usize,
    seconds: u32,
}

impl<'a> Contest<'a> {
    pub(crate) fn new(stage: &'a Stage, arguments: &Arguments) -> Result<Self> {
        let pgbench = stage.server.program("pgbench").context(
            "pgbench is not beside PostgreSQL's other programs (Debian: `apt install postgresql`)",
        )?;
        Ok(Self {
            shop: Shop::open(&stage.database)?,
            url: stage.server.url(),
            pgbench,
            rounds: arguments.rounds(),
            seconds: arguments.seconds(),
        })
    }

    pub(crate) fn description(&mut self) -> Result<Description> {
        self.shop.description()
    }

    /// Has them run in turns, each round the other way round than the one before.
    pub(crate) fn hold(&mut self, cell: &Cell) -> Result<Held> {
        let shop = &mut self.shop;
        let file = std::env::temp_dir().join(format!("lockbench-pgbench-{}", std::process::id()));
        fs::write(&file, script(shop, cell.strategy.plan())?)?;
        let jobs = cell.jobs();
        let mut ours: Vec<Run> = Vec::new();
        let mut theirs = vec![Vec::new(); jobs.len()];
        for round in 0..self.rounds {
            let seed = 1 + round as u64;
            // `None` is lockbench.
            let mut turns: Vec<Option<usize>> = (0..jobs.len()).map(Some).collect();
            turns.insert(round % (jobs.len() + 1), None);
            if round % 2 == 1 {
                turns.reverse();
            }
            for turn in turns {
                let layout = match turn {
                    None => cell.ours.plan.layout,
                    Some(_) => Layout::OneRow,
                };
                reset(shop, cell, layout)?;
                match turn {
                    None => ours.push(ours::run(shop.database(), cell, self.seconds, seed)?),
                    Some(place) => {
                        let pgbench = Theirs {
                            program: &self.pgbench,
                            url: &self.url,
                            script: &file,
                            seconds: self.seconds,
                        };
                        let sales = || Ok(ledger::count(shop.connection())?);
                        theirs[place].push(pgbench.run(cell, jobs[place], seed, sales)?);
                    }
                }
                check(shop, cell, layout)?;
            }
        }
        fs::remove_file(&file)?;
        let against = jobs.into_iter().zip(theirs).map(|(jobs, theirs)| {
            let both = ours.iter().zip(&theirs);
            let pairs = both.map(|(ours, theirs)| (ours.sales_per_s, theirs.sales_per_s));
            Against {
                jobs,
                ratio: paired_ratio(&pairs.collect::<Vec<_>>()),
                theirs,
            }
        });
        Ok(Held {
            cell: cell.clone(),
            against: against.collect(),
            ours,
            ceiling_per_s: ceiling(shop, cell)?,
        })
    }
}

/// What the model allows the server at the most; `None` where it says nothing.
fn ceiling(shop: &mut Shop<'_>, cell: &Cell) -> Result<Option<f64>> {
    let means_something = cell.items == 1 && cell.clients > 1;
    let under = round_trips(&cell.ours.plan, false).filter(|_| means_something);
    let Some(under) = under else {
        return Ok(None);
    };
    reset(shop, cell, Layout::OneRow)?;
    let costs = Costs::measure(shop.database(), shop.connection())?;
    Ok(Some(1.0 / costs.cycle(under.count).as_secs_f64()))
}

/// The same tables for everybody, with nothing left to be written of what was before.
fn reset(shop: &mut Shop<'_>, cell: &Cell, layout: Layout) -> Result<()> {
    let load = Load {
        items: cell.items,
        stock: PLENTY,
        ..Load::default()
    };
    shop.restart_in(layout, &load)?;
    shop.connection().batch_execute("CHECKPOINT")?;
    Ok(())
}

/// A speed that was bought with a lost update is none, whoever has it.
fn check(shop: &mut Shop<'_>, cell: &Cell, layout: Layout) -> Result<()> {
    let engine = shop.description()?.engine();
    if !cell
        .strategy
        .promise(engine)
        .is_some_and(lockbench::model::strategy::Promise::is_sound)
    {
        return Ok(());
    }
    let stocks = stock::left_in(shop.connection(), layout)?;
    let left: i64 = stocks.iter().map(|(_, stock)| stock).sum();
    let sold = ledger::count(shop.connection())?;
    let units = PLENTY * cell.items;
    ensure!(
        left == units - sold,
        "{units} in stock, {sold} sold, {left} left: the two have not done the same"
    );
    Ok(())
}
