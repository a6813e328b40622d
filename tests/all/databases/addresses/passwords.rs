//! No password is shown of an address that is refused, or of a database that cannot be reached.

use std::collections::BTreeMap;
use std::path::Path;

use lockbench::db::address::{redact, redact_word};
use lockbench::db::server::ServerOptions;
use lockbench::db::{Address, Database};

use super::forms::{FORMS, MARKER, addresses};
use crate::common;

fn assert_silent(text: &str, address: &str, who: &str) {
    let text = text.to_lowercase();
    assert!(!text.contains(MARKER), "{who} of {address}: {text}");
}

#[test]
fn no_text_that_is_made_of_an_address_holds_its_password() {
    let mut understood: BTreeMap<&str, usize> = BTreeMap::new();
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for (form, text) in addresses(1_000, 1) {
        assert!(text.contains(MARKER), "{text}");
        assert_silent(&redact(&text), &text, "redact");
        for word in [&text, &format!("--database={text}"), &format!("-d{text}")] {
            assert_silent(&redact_word(word), &text, "redact_word");
        }
        match text.parse::<Address>() {
            Ok(address) => {
                *understood.entry(form).or_default() += 1;
                assert_silent(&address.shown(), &text, "what is shown");
                assert_silent(&format!("{address:?}"), &text, "Debug");
                assert_eq!(redact(&text), address.shown());
                // What is shown says that something is not.
                assert!(address.shown().contains("***"), "{text}");
                // Nothing is lost on the way to a process of our own.
                assert_eq!(address.text().parse(), Ok(address), "{text}");
            }
            Err(error) => {
                *refused.entry(form).or_default() += 1;
                assert_silent(&format!("{error} {error:?}"), &text, "the refusal");
            }
        }
    }
    // Otherwise one half of this would have tested nothing.
    for form in [
        "userinfo of a URL",
        "query of a URL",
        "keys and values",
        "quoted values",
    ] {
        assert!(understood[form] > 200, "{form}: {understood:?}");
    }
    for (form, _) in FORMS.iter().filter(|(form, _)| *form != "quoted values") {
        assert!(refused.get(form) > Some(&20), "{form}: {refused:?}");
    }
}

#[test]
fn no_server_and_no_library_quotes_a_password() {
    let mut tried = 0;
    for (_, text) in addresses(60, 2) {
        let Ok(address) = text.parse::<Address>() else {
            continue;
        };
        if matches!(address, Address::SqliteFile(_)) {
            continue;
        }
        let error = Database::open(&address, &ServerOptions::default()).expect_err(&text);
        assert_silent(&format!("{error:#} {error:?}"), &text, "the error");
        tried += 1;
    }
    assert!(tried > 100, "{tried}");
}

/// Every command that takes a database, with what it cannot do without.
pub(crate) const COMMANDS: [&[&str]; 11] = [
    &["run", "--strategy", "atomic"],
    &["check"],
    &["compare"],
    &["sweep", "--axis", "items=1,2"],
    &["advise"],
    &["explore", "--strategy", "atomic"],
    &["anomalies"],
    &["explain", "atomic"],
    &["db", "status"],
    &["db", "reset"],
    &["db", "drop"],
];

#[test]
fn no_command_shows_the_password_of_a_database_that_it_cannot_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().join("report");
    for (number, (_, text)) in addresses(11, 3).enumerate() {
        let command = COMMANDS[number % COMMANDS.len()];
        let mut program = common::lockbench();
        program.current_dir(folder.path()).args(command);
        if !matches!(command[0], "explain" | "db") {
            program.arg("--output").arg(&output);
        }
        match number % 5 {
            0 => program.args(["--database", &text]),
            1 => program.arg(format!("--database={text}")),
            2 => program.env("DATABASE_URL", &text),
            // Two mistakes that clap answers.
            3 => program.arg(&text),
            _ => program.arg(format!("--databse={text}")),
        };
        let done = program.output().expect("the program");
        let (out, said) = (done.stdout, String::from_utf8_lossy(&done.stderr));
        assert!(
            [Some(2), Some(3)].contains(&done.status.code()),
            "{text}: {said}"
        );
        assert_silent(&said, &text, command[0]);
        assert_silent(&String::from_utf8_lossy(&out), &text, command[0]);
        // A check reports a database that it cannot reach as an error.
        if command[0] == "check" && output.exists() {
            let report = std::fs::read_to_string(&output).expect("the report");
            assert_silent(&report, &text, "the report of check");
            std::fs::remove_file(&output).expect("the report");
        }
        assert_eq!(files(folder.path()), Vec::<String>::new(), "{text}");
    }
}

fn files(folder: &Path) -> Vec<String> {
    let found = std::fs::read_dir(folder).expect("the folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.map(|entry| entry.file_name());
    found
        .map(|entry| name(entry).expect("a file").to_string_lossy().into_owned())
        .collect()
}
