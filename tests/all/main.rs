//! The tests, in one program: it is linked once, and starts one server of each kind.
//!
//! A folder is a feature. What needs a process of its own is beside it: `tests/memory.rs`, and
//! `tests/plain/`, which is about a build without features.

#![allow(missing_docs, unreachable_pub)]

mod check;
mod common;
mod compare;
mod databases;
mod explore;
mod faults;
mod program;
mod race;
mod run;
mod scenarios;
mod strategies;
