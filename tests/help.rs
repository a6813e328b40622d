//! Every help text, as a user sees it.

mod common;

use insta::assert_snapshot;

fn assert_help(name: &str, arguments: &[&str]) {
    let done = common::lockbench()
        .args(arguments)
        .env("COLUMNS", "100")
        .assert()
        .success();
    let text = String::from_utf8(done.get_output().stdout.clone()).expect("text");
    assert_snapshot!(name, text);
}

#[test]
fn the_help_of_the_program() {
    assert_help("lockbench", &["--help"]);
}

#[test]
fn the_help_of_run() {
    assert_help("run", &["run", "--help"]);
}

#[test]
fn the_help_of_explore() {
    assert_help("explore", &["explore", "--help"]);
}

#[test]
fn the_help_of_anomalies() {
    assert_help("anomalies", &["anomalies", "--help"]);
}

#[test]
fn the_help_of_compare_and_sweep_and_advise() {
    assert_help("compare", &["compare", "--help"]);
    assert_help("sweep", &["sweep", "--help"]);
    assert_help("advise", &["advise", "--help"]);
}

#[test]
fn the_help_of_explain() {
    assert_help("explain", &["explain", "--help"]);
}

#[test]
fn the_help_of_db() {
    assert_help("db", &["db", "--help"]);
    assert_help("db_drop", &["db", "drop", "--help"]);
}

#[test]
fn the_help_of_completions() {
    assert_help("completions", &["completions", "--help"]);
}

#[test]
fn the_table_of_strategies() {
    assert_help("strategies", &["strategies"]);
}

#[test]
fn a_reader_that_has_heard_enough_is_no_error() {
    let program = env!("CARGO_BIN_EXE_lockbench");
    let line = format!("{program} completions bash | head -n 1; echo \"${{PIPESTATUS[0]}}\"");
    let done = std::process::Command::new("bash")
        .args(["-c", &line])
        .output()
        .expect("bash");
    assert!(
        String::from_utf8_lossy(&done.stdout)
            .trim_end()
            .ends_with('0')
    );
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
}

#[test]
fn completions_name_the_strategies() {
    for shell in ["bash", "zsh", "fish"] {
        let done = common::lockbench()
            .args(["completions", shell])
            .assert()
            .success();
        let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
        assert!(text.contains("skip-locked"), "{shell}");
    }
}
