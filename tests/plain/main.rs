//! The smallest program, without MariaDB and charts: the tests that are about just that.
//!
//! Not a part of `cargo test`, since it needs a build of its own: tests/run runs it at last.

#[path = "../all/program/bad_input.rs"]
mod bad_input;
#[path = "../all/common/mod.rs"]
mod common;
#[path = "../all/databases/tls.rs"]
mod tls;
mod without_mariadb;
mod without_pictures;
