//! Results as text: a file or a folder for each command, and in it one file for each output
//! format.

pub mod advise;
pub mod anomalies;
#[cfg(feature = "pictures")]
pub mod chart;
pub mod check;
pub mod compare;
mod embedded;
pub mod explore;
pub(crate) mod figures;
pub(crate) mod fold;
#[cfg(feature = "pictures")]
mod page;
#[cfg(feature = "pictures")]
mod pictures;
pub(crate) mod plain;
pub mod race;
mod rendered;
pub mod run;
mod schedules;
pub mod schema;
mod session;
mod stepper;
pub mod sweep;

pub use rendered::Rendered;
