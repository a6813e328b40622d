//! The result of a race in the formats that are not for the terminal.

use std::fs;
use std::path::Path;

use junit_parser::{TestStatus, from_reader};
use tempfile::TempDir;

use super::{PYTHON, race, shop};
use crate::common::browser::{Browser, END, HOME};

/// Races psycopg2 that way, and gives a folder with the report in every format.
fn reports(how: &str, more: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let files: Vec<String> = ["html", "xml", "md", "txt", "json"]
        .iter()
        .map(|ending| folder.path().join(format!("race.{ending}")))
        .map(|file| file.display().to_string())
        .collect();
    let mut arguments = vec!["--worker"];
    arguments.extend(more);
    for file in &files {
        arguments.extend(["--also", file]);
    }
    let command = [PYTHON.as_str(), "psycopg2_shop.py", how, "worker"];
    let raced = race(&shop(), &arguments, &command);
    assert!(Path::new(&files[0]).exists(), "{raced:#?}");
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect(name)
}

/// What the only case of the report came to.
fn case(folder: &TempDir) -> (String, TestStatus) {
    let suites = from_reader(read(folder, "race.xml").as_bytes()).expect("JUnit");
    let cases: Vec<_> = suites
        .suites
        .iter()
        .flat_map(|suite| &suite.cases)
        .collect();
    assert_eq!(cases.len(), 1, "{suites:#?}");
    (cases[0].name.clone(), cases[0].status.clone())
}

#[test]
fn the_page_steps_through_the_order_that_goes_wrong() {
    let folder = reports("naive", &[]);
    let html = read(&folder, "race.html");
    assert!(
        !html.contains("{{") && !html.contains("http://") && !html.contains("https://"),
        "{html}"
    );
    let browser = Browser::open(&folder.path().join("race.html"));
    browser.press(&[HOME]);
    assert!(browser.text("#where").contains("Step 0 of 8"));
    browser.press(&[END]);
    let seen = browser.text("main");
    for part in [
        "session 1",
        "session 2",
        "Lost update of stock, id 1",
        "UPDATE stock SET units = 0",
        "WRONG",
        "2 × (item 1)",
    ] {
        assert!(seen.contains(part), "{part} in {seen}");
    }
    // There is no stock that the page could know of.
    assert!(!seen.contains("stock\n"), "{seen}");
    let found = browser.text("#findings");
    for part in [
        "NOT SERIALIZABLE in 22 of 24",
        "one after the other",
        "--replay",
    ] {
        assert!(found.contains(part), "{part} in {found}");
    }
}

#[test]
fn a_test_case_fails_passes_or_stays_open_as_the_race_does() {
    let broken = reports("naive", &[]);
    let (name, status) = case(&broken);
    assert!(name.contains("psycopg2_shop.py naive"), "{name}");
    let TestStatus::Failure(failure) = status else {
        panic!("{status:?}");
    };
    assert!(
        failure.message.contains("NOT SERIALIZABLE in 22 of 24"),
        "{failure:?}"
    );
    assert!(failure.text.contains("UPDATE stock"), "{failure:?}");
    assert!(
        failure.text.contains("Lost update of stock, id 1"),
        "{failure:?}"
    );
    let right = reports("for-update", &[]);
    assert!(matches!(case(&right).1, TestStatus::Success));
    // A part of the schedules proves nothing: no pass, and no failure of the programs'.
    let some = reports("for-update", &["--random", "3"]);
    let (_, status) = case(&some);
    assert!(matches!(status, TestStatus::Error(_)), "{status:?}");
}

#[test]
fn one_order_has_all_formats_too() {
    let folder = reports("naive", &["--replay", "1.2.2.2.2.1.1.1"]);
    let (name, status) = case(&folder);
    assert!(name.ends_with("--replay 1.2.2.2.2.1.1.1"), "{name}");
    assert!(matches!(status, TestStatus::Failure(_)), "{status:?}");
    let page = read(&folder, "race.html");
    for part in ["1.2.2.2.2.1.1.1", "Lost update of stock, id 1"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(read(&folder, "race.json").contains("\"name\": \"lost-update\""));
}

#[test]
fn markdown_is_the_text_whose_columns_stay_where_they_are() {
    let folder = reports("naive", &[]);
    let text = read(&folder, "race.txt");
    assert_eq!(read(&folder, "race.md"), format!("```text\n{text}```\n"));
}
