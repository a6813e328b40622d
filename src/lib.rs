//! lockbench runs one purchase routine under every locking strategy against a real database,
//! from many threads, and reports what was sold, oversold and lost, and what it cost.
//!
//! The library has two readers:
//!
//! * who tests code of their own wants [`explore`], which runs it in every order in which the
//!   statements of a few sessions can meet, and perhaps a private server from [`db::server`];
//! * who runs lockbench from Rust wants [`run::Shop`] on a [`db::Database`], and the words of
//!   [`model`].
//!
//! All else belongs to the program, is not shown here, and may change at any time.
//!
//! # Examples
//!
//! Two sessions that look and then take the same seat, in every order
//! (docs/explore-your-own-code.md goes on from here):
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use diesel::connection::SimpleConnection as _;
//! use diesel::prelude::*;
//! use diesel::sql_types::BigInt;
//! use lockbench::explore::Exploration;
//! use lockbench::model::verdict::Verdict;
//!
//! #[derive(QueryableByName)]
//! struct Number {
//!     #[diesel(sql_type = BigInt)]
//!     number: i64,
//! }
//!
//! fn number(connection: &mut SqliteConnection, what: &str) -> QueryResult<i64> {
//!     let sql = format!("SELECT {what} AS number FROM seats");
//!     let found: Number = diesel::sql_query(sql).get_result(connection)?;
//!     Ok(found.number)
//! }
//!
//! fn reserve(connection: &mut SqliteConnection) -> QueryResult<()> {
//!     if number(connection, "free")? > 0 {
//!         connection.batch_execute("UPDATE seats SET free = 0, sold = sold + 1")?;
//!     }
//!     Ok(())
//! }
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("seats.db").display().to_string();
//! let create = "PRAGMA journal_mode = WAL; CREATE TABLE seats (free BIGINT, sold BIGINT)";
//! SqliteConnection::establish(&file)?.batch_execute(create)?;
//! let found = Exploration::new(move || SqliteConnection::establish(&file))
//!     .reset(|it| it.batch_execute("DELETE FROM seats; INSERT INTO seats VALUES (1, 0)"))
//!     .session(reserve)
//!     .session(reserve)
//!     .invariant(|it| {
//!         let sold = number(it, "sold")?;
//!         QueryResult::Ok(if sold <= 1 { Ok(()) } else { Err(format!("{sold} sold")) })
//!     })
//!     .explore()?;
//! assert_eq!(found.verdict(), Verdict::Unsafe);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "sqlite"))]
//! # fn main() {}
//! ```
//!
//! One run of a strategy, and its verdict:
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//!
//! use lockbench::db::{Address, Database, server::ServerOptions};
//! use lockbench::model::load::Load;
//! use lockbench::model::strategy::Strategy;
//! use lockbench::model::verdict::Verdict;
//! use lockbench::run::{Progress, Request, Shop};
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
//!
//! # A map
//!
//! Each room uses only those on lower floors; a test holds the code to this table.
//!
//! | floor | room | what lives there |
//! |---:|---|---|
//! | 10 | `cli` | the command line; its doc comments are the help |
//! | 9 | `report` | results as text: a folder for each command, a file for each format |
//! | 8 | `check` | checks that every strategy does what it promises, for CI |
//! | 7 | `proof` | every schedule of lockbench's own purchases, and the anomalies as scripts |
//! | 7 | `compare` | which of the correct strategies is fastest, where that changes, and which to use |
//! | 6 | [`run`] | one audited run: reset, warm up, hammer, audit, control |
//! | 5 | `hammer` | many buyers at once: threads, server processes, retries, records, the world outside |
//! | 4 | `race` | the engine used for other people's programs: sessions, reset, and what is right |
//! | 4 | `purchase` | the one routine that interprets a strategy, and the locks around it in this process |
//! | 3 | `tables` | the statements it is made of, and nobody else's |
//! | 3 | [`explore`] | the engine that runs every interleaving of statements; knows no purchase |
//! | 2 | [`model`] | the words of the domain: strategies, mistakes, scenarios, loads, orders, verdicts |
//! | 1 | `wire` | the databases' protocols, read and handed on; knows no schedules |
//! | 1 | [`db`] | every difference between the databases, and nothing else |
//! | 1 | `system` | exit codes, signals, processors, the clock |

// Not in Cargo.toml, because there they would hold for the tests as well.
#![cfg_attr(not(test), warn(clippy::expect_used, clippy::unwrap_used))]

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod check;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod compare;
#[cfg(feature = "explore")]
pub mod db;
#[cfg(feature = "explore")]
pub mod explore;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod hammer;
#[cfg(feature = "explore")]
pub mod model;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod proof;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod purchase;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod race;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod report;
#[cfg(feature = "cli")]
pub mod run;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod system;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod tables;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod wire;
