//! The program as its users see it: input, help, documents, JSON and terminal.

mod bad_input;
mod dependency;
pub(crate) mod documentation;
mod dry_run;
mod face;
mod help;
mod rooms;
mod schemas;
mod terminal;
