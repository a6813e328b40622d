//! An earlier compare as a baseline: refused where it says nothing, and slower only where shown.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::common;

/// How many times as fast something was, so that no other work on this machine makes up for it: two
/// compares of the same have been ten times apart.
const FAR: f64 = 1e6;

/// A load as short as can be. Orders, and no time, in which a busy machine may sell nothing.
const LOAD: [&str; 7] = [
    "--orders",
    "40",
    "--warm-up",
    "20ms",
    "--hold",
    "1ms",
    "--no-control",
];

/// A compare of two, as short as can be, with `more`: what it said, after seeing to its end.
fn compare(code: i32, more: &[&str]) -> (String, String) {
    let done = common::lockbench()
        .args(["compare", "--strategies", "pessimistic,atomic"])
        .args(LOAD)
        .args(["--precision", "90%", "--max-time", "5m"])
        .args(more)
        .assert()
        .code(code);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let output = done.get_output();
    (text(&output.stdout), text(&output.stderr))
}

/// A file with the baseline, changed.
fn changed(folder: &TempDir, baseline: &Path, change: impl Fn(&mut Value)) -> PathBuf {
    let mut value = serde_json::from_str(&std::fs::read_to_string(baseline).unwrap()).unwrap();
    change(&mut value);
    let path = folder.path().join("changed.json");
    std::fs::write(&path, value.to_string()).unwrap();
    path
}

/// The goodput of every round of then, multiplied.
fn faster_then(value: &mut Value, factor: f64) {
    for standing in value["ranked"].as_array_mut().unwrap() {
        for round in standing["rounds"].as_array_mut().unwrap() {
            let goodput = round["goodput_per_s"].as_f64().unwrap();
            round["goodput_per_s"] = (goodput * factor).into();
        }
    }
}

/// What a compare saves. One is enough for every test that changes it.
static SAVED: LazyLock<String> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("then.json");
    compare(0, &["--save", path.to_str().unwrap()]);
    std::fs::read_to_string(path).unwrap()
});

/// The same in a folder of the test's own.
fn saved() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("then.json");
    std::fs::write(&path, &*SAVED).unwrap();
    (folder, path)
}

#[test]
fn slower_than_the_baseline_is_said_only_where_it_is_shown() {
    let (folder, baseline) = saved();
    let slower = changed(&folder, &baseline, |value| faster_then(value, FAR));
    let (said, _) = compare(5, &["--baseline", slower.to_str().unwrap()]);
    assert!(
        said.contains("Slower than ") && said.contains("tolerance of 10 %"),
        "{said}"
    );
    assert!(said.contains("atomic sells 0.0"), "{said}");
    let faster = changed(&folder, &baseline, |value| {
        faster_then(value, 1.0 / FAR);
        let system = value["machine"]["system"].as_str().unwrap().to_owned();
        let (name, _) = system.split_once(' ').unwrap();
        let (_, architecture) = system.rsplit_once(' ').unwrap();
        value["machine"]["system"] = format!("{name} older {architecture}").into();
    });
    let arguments = ["--baseline", faster.to_str().unwrap(), "--tolerance", "7%"];
    let (said, _) = compare(0, &arguments);
    assert!(said.contains("None is more than 7 % slower"), "{said}");
    assert!(
        said.contains("The machine runs a different system: "),
        "{said}"
    );
    let (said, _) = compare(
        0,
        &["--baseline", faster.to_str().unwrap(), "--format", "json"],
    );
    let result: Value = serde_json::from_str(&said).unwrap();
    let judged = result["baseline"]["judged"].as_array().unwrap();
    assert_eq!(judged.len(), 2);
    assert!(judged.iter().all(|one| one["slower"] == false
        && one["verdict"] == "within"
        && one["ratio"]["low"].is_f64()));
}

#[test]
fn an_interval_too_wide_for_the_tolerance_is_inconclusive() {
    let (folder, baseline) = saved();
    // Every other round of then was a hundred times as fast as the one after it.
    let wide = changed(&folder, &baseline, |value| {
        for standing in value["ranked"].as_array_mut().unwrap() {
            for (index, round) in (0..).zip(standing["rounds"].as_array_mut().unwrap()) {
                let factor = if index % 2 == 0 { 10.0 } else { 0.1 };
                let goodput = round["goodput_per_s"].as_f64().unwrap();
                round["goodput_per_s"] = (goodput * factor).into();
            }
        }
    });
    let (said, _) = compare(4, &["--baseline", wide.to_str().unwrap()]);
    assert!(
        said.contains("Inconclusive: whether any is more than 10 % slower"),
        "{said}"
    );
    let (said, _) = compare(
        4,
        &["--baseline", wide.to_str().unwrap(), "--format", "json"],
    );
    let result: Value = serde_json::from_str(&said).unwrap();
    let judged = result["baseline"]["judged"].as_array().unwrap();
    assert!(
        judged.iter().all(|one| one["verdict"] == "unknown"),
        "{judged:?}"
    );
}

#[test]
fn another_patch_of_the_same_release_fits_and_is_noted() {
    let (folder, baseline) = saved();
    let patched = changed(&folder, &baseline, |value| {
        faster_then(value, 1.0 / FAR);
        let version = value["database"]["version"].as_str().unwrap().to_owned();
        let (release, _) = version.rsplit_once('.').unwrap();
        value["database"]["version"] = format!("{release}.99").into();
    });
    let (said, _) = compare(0, &["--baseline", patched.to_str().unwrap()]);
    assert!(
        said.contains("The database is a different patch release: "),
        "{said}"
    );
}

#[test]
fn a_baseline_of_something_else_is_refused_in_a_sentence() {
    let (folder, baseline) = saved();
    let path = baseline.to_str().unwrap();
    for (arguments, said) in [
        (["--items", "2"], "load was `--threads 8 --items 1"),
        (["--seed", "2"], "load was `"),
        (
            ["--strategies", "pessimistic"],
            "has atomic, which is not compared now",
        ),
        (
            ["--strategies", "pessimistic,atomic=optimistic"],
            "atomic was guard none",
        ),
        (
            ["--strategies", "pessimistic,atomic+hold=2ms"],
            "has atomic, which is not",
        ),
    ] {
        let mut all = [&["compare"], &LOAD[..]].concat();
        if arguments[0] != "--strategies" {
            all.extend(["--strategies", "pessimistic,atomic"]);
        }
        all.extend(["--baseline", path]);
        let done = common::lockbench()
            .args(all)
            .args(arguments)
            .assert()
            .code(6)
            .stdout("");
        let text = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(
            text.starts_with("error: the baseline does not fit: "),
            "{text}"
        );
        assert!(text.contains(said), "{arguments:?}: {text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    let refused = |code: i32, change: &dyn Fn(&mut Value)| {
        let path = changed(&folder, &baseline, change);
        let (_, said) = compare(code, &["--baseline", path.to_str().unwrap()]);
        said
    };
    let refusal = |change: &dyn Fn(&mut Value)| refused(6, change);
    let said = refusal(&|value| value["machine"]["cpu"] = "Another".into());
    assert!(said.contains("the machine was "), "{said}");
    let said = refusal(&|value| value["database"]["version"] = "3.0.0".into());
    assert!(
        said.contains("the database was sqlite 3.0.0, and now it is sqlite "),
        "{said}"
    );
    let said = refusal(&|value| value["database"]["settings"]["synchronous"] = "off".into());
    assert!(
        said.contains("the synchronous was off, and now it is full"),
        "{said}"
    );
    let said = refusal(&|value| value["schema"] = "lockbench.compare/0".into());
    assert!(
        said.contains("has the schema lockbench.compare/0"),
        "{said}"
    );
    let said = refusal(&|value| value["interrupted"] = true.into());
    assert!(said.contains("was interrupted"), "{said}");
    let said = refusal(&|value| {
        value["ranked"][0]["rounds"]
            .as_array_mut()
            .unwrap()
            .truncate(3);
    });
    assert!(said.contains("fewer than 6 rounds"), "{said}");
    let said = refused(2, &|value| *value = "nothing".into());
    assert!(
        said.contains("is not JSON output of `lockbench compare`"),
        "{said}"
    );
}
