//! `lockbench compare` and `sweep` as pages and pictures: what the files hold, and what a browser
//! makes of them.

mod files;
mod numbers;
mod page;
mod pictures;

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use nix::pty::openpty;
use predicates::str::contains;

use crate::common;

#[test]
fn a_terminal_is_not_written_full_of_bytes() {
    let terminal = openpty(None, None).expect("a terminal");
    let done = Command::new(env!("CARGO_BIN_EXE_lockbench"))
        .args(["compare", "--format", "png"])
        .stdout(File::from(terminal.slave))
        .output()
        .expect("lockbench");
    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(
        said.contains("--output") && said.lines().count() == 1,
        "{said}"
    );
}

#[test]
fn an_ending_that_names_no_format_is_refused_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let refused = |files: &[&Path]| {
        let mut lockbench = common::lockbench();
        lockbench
            .args(["compare", "--output"])
            .arg(file("first.txt"));
        for path in files {
            lockbench.arg("--also").arg(path);
        }
        lockbench.assert().code(2).stdout("")
    };
    refused(&[&file("page.htm")]).stderr(contains(".html, .svg, .png"));
    refused(&[&file("page.html"), &file("nowhere/page.svg")]).stderr(contains("cannot write"));
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}
