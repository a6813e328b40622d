//! A lockbench that was built without charts says so, and how to build one with them.

#![cfg(not(feature = "pictures"))]

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::common;

#[test]
fn formats_with_charts_are_refused_before_anything_is_measured() {
    for arguments in [
        ["compare", "--format", "png"],
        ["compare", "--format", "svg"],
        ["compare", "--format", "html"],
        ["compare", "--also", "page.html"],
    ] {
        common::lockbench()
            .args(arguments)
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains("built without charts"))
            .stderr(contains("cargo build --release --features pictures"));
    }
}

#[test]
fn they_are_not_offered_either() {
    common::lockbench()
        .args(["compare", "--help"])
        .assert()
        .success()
        .stdout(contains("csv:").and(contains("png").not()));
    common::lockbench()
        .args(["compare", "--also", "table.xlsx"])
        .assert()
        .code(2)
        .stderr(contains("use one of .txt, .json, .md, .csv\n"));
}
