//! The workflows in docs/ci.md: YAML, with actions that exist, and commands that run.

use serde_yaml_ng::Value;

use crate::{common, race};

/// Actions that GitHub itself keeps, and their current major version.
const REAL_ACTIONS: [&str; 3] = [
    "actions/cache@v4",
    "actions/checkout@v4",
    "actions/upload-artifact@v4",
];

/// The steps of the job with that name.
fn steps(job: &str) -> Vec<Value> {
    let page = include_str!("../../../docs/ci.md");
    let workflows = page.split("```yaml\n").skip(1).map(|rest| {
        let (text, _) = rest.split_once("```").expect("its end");
        serde_yaml_ng::from_str(text).expect("YAML")
    });
    let mut jobs = workflows.map(|workflow: Value| workflow["jobs"][job]["steps"].clone());
    let steps = jobs.find_map(|steps| steps.as_sequence().cloned());
    steps.expect("a job's steps")
}

/// The command of the step that runs lockbench.
fn command(job: &str) -> String {
    let steps = steps(job);
    let mut commands = steps.iter().filter_map(|step| step["run"].as_str());
    let command = commands.find_map(|command| command.strip_prefix("lockbench "));
    command.expect("a step that runs lockbench").to_owned()
}

#[test]
fn every_step_runs_something_or_uses_a_real_action() {
    for step in [steps("lockbench"), steps("race")].concat() {
        match (step["uses"].as_str(), step["run"].as_str()) {
            (Some(action), None) => assert!(REAL_ACTIONS.contains(&action), "{action}"),
            (None, Some(command)) => assert!(!command.is_empty()),
            _ => panic!("{step:?}"),
        }
    }
}

#[test]
fn the_check_of_the_workflow_runs() {
    let command = command("lockbench");
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

#[test]
fn the_race_of_the_workflow_runs() {
    let command = command("race");
    let (options, program) = command.split_once(" -- ").expect("a program");
    assert_eq!(program.trim(), "python3 buy.py");
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["shop.sql", "psycopg2_shop.py", "serving.py"] {
        let from = race::programs().join(file);
        std::fs::copy(from, folder.path().join(file)).expect("a file");
    }
    common::lockbench()
        .args(options.split_whitespace())
        .args(["--", race::PYTHON.as_str(), "psycopg2_shop.py", "naive"])
        .env("PYTHONPATH", race::clients().join("python"))
        .current_dir(folder.path())
        .assert()
        .code(1);
    let report = std::fs::read(folder.path().join("race.xml")).expect("the report");
    let suites = junit_parser::from_reader(report.as_slice()).expect("JUnit XML");
    assert_eq!((suites.tests, suites.failures), (1, 1));
    let page = std::fs::read_to_string(folder.path().join("race.html")).expect("the page");
    assert!(page.contains("NOT SERIALIZABLE"), "{page}");
}
