//! docs/schema/ holds the JSON Schema of everything that is written as JSON: it is that of the
//! types, and what the commands really write fits it.
//!
//! `UPDATE_DOCS=1 tests/run schemas` writes the files anew.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use boon::{Compiler, Schemas};
use lockbench::db::{Backend, Description, migration};
use lockbench::model::named::Named;
use lockbench::proof::purchases::MapResult;
use lockbench::report::schema::schemas;
use serde_json::{Value, json};

use crate::common;

/// Where the schema of `lockbench.run/1` is kept.
fn file(name: &str) -> PathBuf {
    let short = name
        .strip_prefix("lockbench.")
        .and_then(|name| name.split_once('/'))
        .expect("a name and a number")
        .0;
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schema/{short}.json"))
}

#[test]
fn every_file_is_the_schema_of_what_is_written() {
    for (name, schema) in schemas() {
        let text = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
        // Whoever reads a schema does not read our modules.
        assert!(!text.contains("::"), "{name} names a path of the code");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(file(name).parent().expect("a folder")).expect("a folder");
            std::fs::write(file(name), &text).expect("a new file");
        }
        let committed = std::fs::read_to_string(file(name)).unwrap_or_default();
        assert!(
            committed == text,
            "{name}: run `UPDATE_DOCS=1 tests/run schemas`"
        );
    }
    let kept = std::fs::read_dir(file("lockbench.run/1").parent().expect("a folder"));
    assert_eq!(kept.expect("a folder").count(), schemas().len());
}

/// What is wrong with `instance` by the schema in the file of that name.
fn complaint(name: &str, instance: &Value) -> Option<String> {
    let text = std::fs::read_to_string(file(name)).expect("a schema");
    let mut known = Schemas::new();
    let mut compiler = Compiler::new();
    compiler
        .add_resource(name, serde_json::from_str(&text).expect("JSON"))
        .expect("a schema");
    let schema = compiler.compile(name, &mut known).expect("a schema");
    let outcome = known.validate(instance, schema);
    outcome.err().map(|error| format!("{error:#}"))
}

/// Runs a command, whatever it ends with, and holds the result against the schema it names.
fn assert_fits(arguments: &[&str]) -> Value {
    let output = common::lockbench()
        .args(arguments)
        .args(["--format", "json"])
        .output()
        .expect("the program");
    let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{arguments:?}: {error}: {said}")
    });
    let named = if json.is_array() { &json[0] } else { &json };
    let name = named["schema"].as_str().expect("the name of its schema");
    let wrong = complaint(name, &json);
    assert_eq!(wrong, None, "{arguments:?} writes {json:#}");
    json
}

const SHORT: [&str; 6] = [
    "--duration",
    "60ms",
    "--warm-up",
    "10ms",
    "--max-time",
    "1s",
];

#[test]
fn what_run_and_check_write_fits_its_schema() {
    assert_fits(&["run", "--strategy", "naive", "--orders", "100"]);
    assert_fits(&[
        "run",
        "--scenario",
        "invoices",
        "--strategy",
        "optimistic",
        "--servers",
        "2",
    ]);
    assert_fits(&["check", "--strategies", "naive,atomic", "--rounds", "1"]);
    assert_fits(&["check", "--database", "postgres://nobody@127.0.0.1:1/none"]);
}

#[test]
fn what_compare_sweep_and_advise_write_fits_its_schema() {
    let candidates = ["--strategies", "naive,pessimistic,atomic"];
    assert_fits(&[&["compare"], &candidates[..], &SHORT].concat());
    assert_fits(&[&["sweep", "--axis", "threads=1,4"], &candidates[..], &SHORT].concat());
    assert_fits(&[&["advise"], &SHORT[..]].concat());
}

#[test]
fn what_explore_and_anomalies_write_fits_its_schema() {
    let found = assert_fits(&["explore", "--strategy", "naive"]);
    let token = found["witness"]["replay"].as_str().expect("a token");
    assert_fits(&["explore", "--strategy", "naive", "--replay", token]);
    assert_fits(&["anomalies", "--show", "P4,G2-item"]);
}

#[test]
fn what_strategies_explain_and_db_write_fits_its_schema() {
    for (words, mistakes) in [
        (&["strategies"][..], false),
        (&["strategies", "--mistakes"], true),
    ] {
        let catalogue = assert_fits(words);
        let rows = catalogue["rows"].as_array().expect("rows");
        let names: Vec<String> = Named::all(mistakes).map(|row| row.to_string()).collect();
        assert_eq!(
            rows.iter().map(|row| &row["name"]).collect::<Vec<_>>(),
            names.iter().collect::<Vec<_>>()
        );
        for on in rows
            .iter()
            .flat_map(|row| row["promises"].as_array())
            .flatten()
        {
            // Either it promises something there, or there is a reason why it cannot be run.
            assert_ne!(on["promise"].is_null(), on["refusal"].is_null(), "{on}");
        }
    }
    let explained = assert_fits(&["explain", "pessimistic"]);
    assert_eq!(explained["promise"], "safe");
    assert_eq!(explained["statements"][0]["text"], "BEGIN IMMEDIATE");
    assert!(explained["lesson"].is_object() && explained["mistake"].is_null());
    let explained = assert_fits(&["explain", "subtract-unguarded"]);
    assert_eq!(explained["promise"], "unsafe");
    assert!(explained["lesson"].is_null() && explained["mistake"].is_object());

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("shop.db");
    std::fs::File::create(&file).expect("an empty database");
    let database = format!("sqlite:{}", file.display());
    let status = ["db", "status", "--database", &database];
    assert!(assert_fits(&status)["tables"].is_null());
    common::lockbench()
        .args(["run", "--strategy", "atomic", "--no-control"])
        .args(["--items", "2", "--stock", "7", "--quantity", "3"])
        .args(["--database", &database])
        .assert()
        .success();
    // Two orders of three units are served of each item.
    let expected = json!({ "items": 2, "units": 2, "ledger_rows": 4 });
    assert_eq!(assert_fits(&status)["tables"], expected);
}

/// Every command that has `--format`, with the words that name it.
fn commands_with_a_format(
    command: &clap::Command,
    words: &[String],
) -> Vec<(Vec<String>, clap::Command)> {
    let mut found = Vec::new();
    if command.get_arguments().any(|one| one.get_id() == "format") {
        found.push((words.to_vec(), command.clone()));
    }
    for below in command.get_subcommands() {
        let words = [words, &[below.get_name().to_owned()]].concat();
        found.extend(commands_with_a_format(below, &words));
    }
    found
}

#[test]
fn json_is_short_for_format_json_wherever_there_is_a_format() {
    let found = commands_with_a_format(&lockbench::cli::command(), &[]);
    assert_eq!(found.len(), 11, "{found:?}");
    for (words, command) in found {
        let needed: &[&str] = match words[0].as_str() {
            "explain" => &["atomic"],
            "run" | "explore" => &["--strategy", "atomic"],
            "sweep" => &["--axis", "threads=1,2"],
            "race" => &["--session", "a", "--session", "b"],
            _ => &[],
        };
        let parse = |given: &[&str]| {
            let given = [&["lockbench"], needed, given].concat();
            let matches = command.clone().try_get_matches_from(given)?;
            let format = matches.get_raw("format").and_then(|mut raw| raw.next());
            let format = format.map(|format| format.to_string_lossy().into_owned());
            Ok::<_, clap::Error>(format.expect("a format"))
        };
        assert_eq!(parse(&["--json"]).expect("a format"), "json", "{words:?}");
        assert_eq!(parse(&[]).expect("a format"), "text", "{words:?}");
        let both = parse(&["--json", "--format", "text"]).expect_err("one of them");
        assert_eq!(both.kind(), clap::error::ErrorKind::ArgumentConflict);
        let json = command.get_arguments().find(|one| one.get_id() == "json");
        assert!(json.expect("--json").is_hide_short_help_set(), "{words:?}");
    }
}

#[test]
fn what_json_writes_is_what_format_json_writes() {
    let written = |format: &[&str]| {
        let done = common::lockbench().arg("strategies").args(format).output();
        String::from_utf8(done.expect("the program").stdout).expect("text")
    };
    assert_eq!(written(&["--json"]), written(&["--format", "json"]));
    // What follows `--json` is no value of it, and the command of the report keeps it.
    let compare = [&["compare", "--json", "--strategies", "atomic"], &SHORT[..]].concat();
    let done = common::lockbench().args(compare).output();
    let found: Value = serde_json::from_slice(&done.expect("the program").stdout).expect("JSON");
    let command = found["command"].as_str().expect("a command");
    assert!(
        command.starts_with("lockbench compare --strategies atomic "),
        "{command}"
    );
}

/// A part of it, since `explore --map` goes through every plan.
#[test]
fn a_map_fits_its_schema() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let database = common::database(Backend::Sqlite);
    let mut connection = database.connect().expect("a connection");
    migration::run(&mut connection).expect("tables");
    let description = Description::of(&database, &mut connection).expect("a description");
    let map = MapResult::draw(&database, description, 1, &STOP, |done, _| {
        STOP.store(done == 4, Relaxed);
    });
    assert_eq!(map.places.len(), 4);
    let map = serde_json::to_value(&map).expect("JSON");
    assert_eq!(complaint("lockbench.map/1", &map), None, "{map:#}");
}

#[test]
fn what_does_not_fit_is_named() {
    let found = assert_fits(&["explore", "--strategy", "naive"]);
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut found = found.clone();
        change(&mut found);
        complaint("lockbench.explore/1", &found).expect("it does not fit")
    };
    let text = broken(&|found| found["schedules"] = "many".into());
    assert!(text.contains("schedules"), "{text}");
    broken(&|found| found["schema"] = "lockbench.run/1".into());
    broken(&|found| found["witness"]["replay"] = "1..2".into());
    broken(&|found| {
        found.as_object_mut().expect("an object").remove("verdict");
    });
}
