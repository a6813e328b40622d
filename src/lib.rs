//! lockbench runs one purchase routine under every locking strategy against a real database,
//! from many threads, and says what was sold, oversold, lost and what it cost.
//!
//! # A map
//!
//! | module | what it is |
//! |---|---|
//! | [`strategy`] | the strategies: each a row of independent choices, with its promise and its lesson |
//! | [`mistake`] | the mistakes that look like strategies |
//! | [`named`], [`contender`] | either of them, perhaps with some of its choices replaced |
//! | [`scenario`] | the stories, in their own words |
//! | [`load`], [`quantity`], [`order`] | how hard the shop is hit, and what each buyer wants |
//! | [`purchase`] | the one routine that interprets a strategy |
//! | [`lobby`], [`guard`], [`slots`], [`queue`] | what buyers of one process share, and the locks around it |
//! | [`item`], [`bucket`], [`unit`](mod@unit), [`stock`], [`ledger`], [`outbox`], [`batch`], [`procedure`] | the statements it is made of |
//! | [`gateway`] | the world outside, which no rollback reaches |
//! | [`hammer`] | many buyers at once: threads, one start, retries, records |
//! | [`servers`], [`event`] | the same in several processes, and what each says happens |
//! | [`audit`] | what the buyers were told, held against what the database says |
//! | [`ceiling`] | how fast a hot row can be sold from at the most, on the server at hand |
//! | [`verdict`], [`result`](mod@result) | what a run amounts to, and all that is known of it |
//! | [`run`] | all of it in order: reset, warm up, hammer, audit, control |
//! | [`check`] | every promise held against what is measured, for CI |
//! | [`compare`], [`sweep`] | which strategy is fastest among those that are right, and where that changes |
//! | [`advise`] | which to take, in plain words |
//! | [`statistics`], [`machine`] | estimates with their intervals; what they were measured on |
//! | [`explore`] | every order in which statements can meet, one after the other |
//! | [`anomaly`] | what isolation levels are there to prevent, as scripts for `explore` |
//! | [`explain`] | the statements that one purchase really sends |
//! | [`report`] | one file for each output format |
//! | [`db`] | every difference between the databases, and nothing else |
//! | [`cli`] | the command line; its doc comments are the help |
//!
//! Dependencies point one way: `cli → run → {servers, hammer} → purchase → {strategy, scenario, db}`;
//! `report` and `audit` read results, and `db` imports nothing of ours.
//!
//! # Example
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//!
//! use lockbench::db::{Address, Database, server::ServerOptions};
//! use lockbench::hammer::Progress;
//! use lockbench::load::Load;
//! use lockbench::run::{Request, Shop};
//! use lockbench::strategy::Strategy;
//! use lockbench::verdict::Verdict;
//!
//! # fn main() -> anyhow::Result<()> {
//! let database = Database::open(&Address::PrivateSqlite, &ServerOptions::default())?;
//! let request = Request::new(Strategy::Naive, Load::default());
//! let never = AtomicBool::new(false);
//! let result = Shop::open(&database)?.run(&request, &never, &Progress::default())?;
//! assert_eq!(result.verdict, Verdict::Unsafe);
//! # Ok(())
//! # }
//! ```

// Not in Cargo.toml, because there they would hold for the tests as well.
#![cfg_attr(not(test), warn(clippy::expect_used, clippy::unwrap_used))]

pub mod advise;
pub mod anomaly;
pub mod audit;
pub mod batch;
pub mod bucket;
pub mod ceiling;
pub mod check;
pub mod cli;
pub mod compare;
pub mod contender;
pub mod db;
pub mod event;
pub mod exit;
pub mod explain;
pub mod explore;
pub mod gateway;
pub mod guard;
pub mod hammer;
pub mod interrupt;
pub mod item;
pub mod ledger;
pub mod load;
pub mod lobby;
pub mod machine;
pub mod mistake;
pub mod named;
pub mod order;
pub mod outbox;
pub mod procedure;
mod processor;
pub mod purchase;
pub mod quantity;
pub mod queue;
pub mod report;
pub mod result;
pub mod run;
pub mod scenario;
pub mod schema;
pub mod servers;
pub mod slots;
mod statement;
pub mod statistics;
pub mod stock;
pub mod strategy;
pub mod sweep;
pub mod unit;
pub mod verdict;
