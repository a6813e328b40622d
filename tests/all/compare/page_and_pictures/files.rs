//! One measurement on a real database, in every format.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::common;

/// A label that would become a part of a page which does not take care.
pub const NASTY: &str = "<b>nasty</b>&amp;";

/// One measurement on a real database, in every format.
pub struct Files(pub TempDir);

impl Files {
    pub fn measured(command: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut lockbench = common::lockbench();
        lockbench.arg(command).args(arguments);
        lockbench.args([
            "--duration=30ms",
            "--warm-up=5ms",
            "--precision=90%",
            "--max-time=5m",
        ]);
        for ending in ["html", "json", "csv", "md", "svg", "png", "txt"] {
            let file = folder.path().join(format!("result.{ending}"));
            lockbench.arg("--also").arg(file);
        }
        lockbench.assert().success();
        Self(folder)
    }

    pub fn path(&self, ending: &str) -> PathBuf {
        self.0.path().join(format!("result.{ending}"))
    }

    pub fn text(&self, ending: &str) -> String {
        fs::read_to_string(self.path(ending)).expect("a text")
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text("json")).expect("JSON")
    }
}

pub static COMPARE: LazyLock<Files> = LazyLock::new(|| {
    let nasty = format!("{NASTY}=mutex");
    let strategies = format!("pessimistic,naive,optimistic,{nasty}");
    Files::measured("compare", &["--hold=200us", "--strategies", &strategies])
});

pub static SWEEP: LazyLock<Files> = LazyLock::new(|| {
    let arguments = [
        "--axis=threads=2,4",
        "--strategies=mutex,atomic,naive",
        "--hold=200us",
    ];
    Files::measured("sweep", &arguments)
});

/// Both, each with the pointer to its comparisons.
pub fn both() -> [(&'static Files, &'static [&'static str]); 2] {
    [(&COMPARE, &[""]), (&SWEEP, &["/points/0", "/points/1"])]
}
