//! What a newcomer builds has no features: the tests that are about just that.
//!
//! Not a part of `cargo test`, since it needs a build of its own: tests/run runs it at last.

#[path = "../all/program/bad_input.rs"]
mod bad_input;
#[path = "../all/common/mod.rs"]
mod common;
#[path = "../all/databases/tls.rs"]
mod tls;
mod without_mariadb;
