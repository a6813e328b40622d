//! The corpus: small programs with the mistakes of real ones, each in its own language, and their
//! cures. The wrong ones are found and called by their name, and nothing right is called wrong.

#[cfg(feature = "mysql")]
mod diesel_corpus;
mod mariadb_programs;
mod programs;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Raced, filled, race, race_worker};
use mariadb_programs::MARIADB;
use programs::{PROGRAMS, Program, Right, Wrong};

/// What fills a database on MariaDB.
#[cfg(feature = "mysql")]
const SET_UP: [&str; 2] = ["--setup", "../corpus/mariadb_corpus.sql"];

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
    let raced = match file.ends_with("_http.js") {
        true => {
            let serve = format!("exec node {path} {how}");
            let request = ["--http", "POST /", "--serve", &serve];
            race(database, &[program.arguments, &request].concat(), &[])
        }
        false => race_worker(database, program.arguments, &path, how),
    };
    hold(program, &raced);
}

/// The same of some of those in one file, on MariaDB, each on a private server.
#[cfg(feature = "mysql")]
fn assert_on_mariadb(file: &str, is_meant: impl Fn(&str) -> bool) {
    let found = MARIADB.iter();
    let found = found.filter(|program| program.file == file && is_meant(program.how));
    let mut found = found.peekable();
    assert!(found.peek().is_some(), "{file}");
    for program in found {
        let (how, arguments) = (program.how, program.arguments);
        let raced = match program.language() {
            "rs" => diesel_corpus::raced(how, arguments),
            _ => {
                let arguments = [&SET_UP, arguments].concat();
                race_worker("mariadb", &arguments, &format!("../corpus/{file}"), how)
            }
        };
        hold(program, &raced);
    }
}

fn hold(program: &Program, raced: &Raced) {
    let (file, how) = (program.file, program.how);
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
fn node_postgres_with_a_pool() {
    assert_all("pooled_lock_http.js");
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

#[cfg(feature = "mysql")]
mod on_mariadb {
    use super::assert_on_mariadb;

    const PYMYSQL: &str = "pymysql_corpus.py";

    /// Those with the transfers and what is stopped inside, which take longest.
    fn takes_long(how: &str) -> bool {
        [
            "report", "plain-", "locking-", "ring", "transfer", "insert", "claim",
        ]
        .iter()
        .any(|start| how.starts_with(start))
    }

    #[test]
    fn pymysql() {
        assert_on_mariadb(PYMYSQL, |how| !takes_long(how));
    }

    #[test]
    fn pymysql_that_takes_long() {
        assert_on_mariadb(PYMYSQL, takes_long);
    }

    #[test]
    fn django() {
        assert_on_mariadb("django_corpus.py", |_| true);
    }

    #[test]
    fn mysql2() {
        assert_on_mariadb("mysql2_corpus.js", |_| true);
    }

    #[test]
    fn sequelize() {
        assert_on_mariadb("sequelize_corpus.js", |_| true);
    }

    #[test]
    fn active_record() {
        assert_on_mariadb("activerecord_corpus.rb", |_| true);
    }

    #[test]
    fn diesel() {
        assert_on_mariadb("diesel_corpus.rs", |_| true);
    }
}

/// Programs of each language, so that no one client decides what is found.
#[test]
fn there_are_programs_of_at_least_four_languages_and_every_file_has_a_test() {
    let text = include_str!("corpus.rs");
    for programs in [PROGRAMS, MARIADB] {
        let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
        for program in programs {
            *languages.entry(program.language()).or_default() += 1;
            assert!(
                text.contains(&format!("\"{}\"", program.file)),
                "{}",
                program.file
            );
        }
        assert!(languages.len() >= 4, "{languages:?}");
        assert!(programs.len() >= 25, "{}", programs.len());
    }
}

/// docs/race-corpus.md is made from the table.
#[test]
fn the_page_is_the_table() {
    let mut page = include_str!("corpus/page.md").to_owned();
    page.push_str(&table(PROGRAMS));
    page.push_str(include_str!("corpus/page_mariadb.md"));
    page.push_str(&table(MARIADB));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/race-corpus.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).expect("the page");
    }
    let written = fs::read_to_string(&path).expect("the page");
    assert!(written == page, "run `UPDATE_DOCS=1 tests/run corpus`");
}

fn table(programs: &[Program]) -> String {
    let mut table = String::new();
    for program in programs {
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
        table.push_str(&format!(
            "| {} | {} | [`{}`](../tests/all/race/corpus/{}) `{}` | {} | {came_to} |\n",
            program.what,
            program.source,
            program.file,
            program.file,
            program.how,
            program.schedules
        ));
    }
    table
}
