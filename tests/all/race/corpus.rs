//! The corpus: small programs with the mistakes of real ones, each in its own language, and their
//! cures. The wrong ones are found and called by their name, and nothing right is called wrong.

mod programs;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{filled, race_worker};
use programs::{PROGRAMS, Program, Right, Wrong};

/// Races those in one file, and holds what each comes to.
fn assert_all(file: &str) {
    let mut found = PROGRAMS
        .iter()
        .filter(|program| program.file == file)
        .peekable();
    assert!(found.peek().is_some(), "{file}");
    let database = filled("../corpus/corpus.sql");
    for program in found {
        assert_as_known(&database, program);
    }
}

fn assert_as_known(database: &str, program: &Program) {
    let (file, how) = (program.file, program.how);
    let path = format!("../corpus/{file}");
    let raced = race_worker(database, program.arguments, &path, how);
    assert_eq!(
        raced.counts(),
        (program.schedules, program.wrong()),
        "{file} {how}: {raced:#?}"
    );
    let anomaly = &raced.result["witness"]["anomaly"];
    let (name, cause) = (&anomaly["name"], &anomaly["because"]["cause"]);
    let known = program.verdict.as_ref().err();
    assert_eq!(
        name.as_str(),
        known.and_then(|wrong| wrong.name),
        "{file} {how}: {raced:#?}"
    );
    assert_eq!(
        cause.as_str(),
        known.and_then(|wrong| wrong.cause),
        "{file} {how}: {raced:#?}"
    );
    if known.is_none() {
        assert_eq!(raced.exit, Some(0), "{file} {how}: {raced:#?}");
    }
}

#[test]
fn psycopg2() {
    assert_all("psycopg2_corpus.py");
}

#[test]
fn django() {
    assert_all("django_corpus.py");
}

#[test]
fn node_postgres() {
    assert_all("node_corpus.js");
}

#[test]
fn sequelize() {
    assert_all("sequelize_corpus.js");
}

#[test]
fn active_record() {
    assert_all("activerecord_corpus.rb");
}

#[test]
fn elixir() {
    assert_all("elixir_corpus.exs");
}

#[test]
fn jdbc() {
    assert_all("JdbcCorpus.java");
}

/// Programs of each language, so that no one client decides what is found.
#[test]
fn there_are_programs_of_at_least_four_languages_and_every_file_has_a_test() {
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for program in PROGRAMS {
        *languages.entry(program.language()).or_default() += 1;
    }
    assert!(languages.len() >= 4, "{languages:?}");
    assert!(PROGRAMS.len() >= 25, "{}", PROGRAMS.len());
    let text = include_str!("corpus.rs");
    for program in PROGRAMS {
        assert!(
            text.contains(&format!("\"{}\"", program.file)),
            "{}",
            program.file
        );
    }
}

/// docs/race-corpus.md is made from the table.
#[test]
fn the_page_is_the_table() {
    let mut page = include_str!("corpus/page.md").to_owned();
    for program in PROGRAMS {
        let came_to = match &program.verdict {
            Ok(Right) => "right".to_owned(),
            Err(Wrong {
                orders,
                name,
                cause,
            }) => {
                let name = name.unwrap_or("no name");
                let cause = cause.map(|cause| format!(", {cause}")).unwrap_or_default();
                format!("{orders} wrong: {name}{cause}")
            }
        };
        page.push_str(&format!(
            "| {} | {} | [`{}`](../tests/all/race/corpus/{}) `{}` | {} | {came_to} |\n",
            program.what,
            program.source,
            program.file,
            program.file,
            program.how,
            program.schedules
        ));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/race-corpus.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).expect("the page");
    }
    let written = fs::read_to_string(&path).expect("the page");
    assert!(written == page, "run `UPDATE_DOCS=1 tests/run corpus`");
}
