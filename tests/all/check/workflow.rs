//! The workflow in docs/ci.md: YAML, with actions that exist, and a command that runs.

use serde_yaml_ng::Value;

use crate::common;

/// Actions that GitHub itself keeps, and their current major version.
const REAL_ACTIONS: [&str; 3] = [
    "actions/cache@v4",
    "actions/checkout@v4",
    "actions/upload-artifact@v4",
];

fn steps() -> Vec<Value> {
    let page = include_str!("../../../docs/ci.md");
    let (_, rest) = page.split_once("```yaml\n").expect("a workflow");
    let (text, _) = rest.split_once("```").expect("its end");
    let workflow: Value = serde_yaml_ng::from_str(text).expect("YAML");
    let steps = workflow["jobs"]["lockbench"]["steps"].as_sequence();
    steps.expect("a job's steps").clone()
}

#[test]
fn every_step_runs_something_or_uses_a_real_action() {
    for step in steps() {
        match (step["uses"].as_str(), step["run"].as_str()) {
            (Some(action), None) => assert!(REAL_ACTIONS.contains(&action), "{action}"),
            (None, Some(command)) => assert!(!command.is_empty()),
            _ => panic!("{step:?}"),
        }
    }
}

#[test]
fn the_check_of_the_workflow_runs() {
    let steps = steps();
    let command = steps
        .iter()
        .filter_map(|step| step["run"].as_str())
        .find_map(|command| command.strip_prefix("lockbench "))
        .expect("a step that runs lockbench");
    let folder = tempfile::tempdir().expect("a folder");
    common::lockbench()
        .args(command.split_whitespace())
        .args(["--rounds", "1"])
        .env("DATABASE_URL", common::postgres_url())
        .current_dir(folder.path())
        .assert()
        .success();
    let report = std::fs::read(folder.path().join("lockbench.xml")).expect("the report");
    let suites = junit_parser::from_reader(report.as_slice()).expect("JUnit XML");
    assert_eq!((suites.tests, suites.failures), (4, 0));
}
