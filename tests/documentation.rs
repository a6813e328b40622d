//! The documents say what the program does: docs/strategies.md is made from the strategies
//! themselves and from the statements they really send, and the README's commands run.
//!
//! `UPDATE_DOCS=1 cargo test --all-features --test documentation` writes the page anew.

mod common;

use std::fmt::Write;

use clap::ValueEnum;
use lockbench::db::{Backend, Engine};
use lockbench::explain::overhear;
use lockbench::load::Load;
use lockbench::run::Shop;
use lockbench::strategy::Strategy;

const INTRODUCTION: &str = "\
# The strategies

<!-- Made by `UPDATE_DOCS=1 tests/run --test documentation`; a test compares. -->

A strategy is a row of four independent choices, interpreted by one routine
([src/purchase.rs](../src/purchase.rs)): read how much is left, check, decide, take, record. The
SQL below was overheard on the connection while one unit of item 1 was bought; a comment marks
what the program does by itself. `lockbench explain STRATEGY --database …` shows the same for
your database.
";

/// What one purchase sends on each database, a line each; `None` where it cannot be run.
fn sent_by_every_strategy(backend: Backend) -> Vec<Option<String>> {
    let database = common::database(backend);
    let mut shop = Shop::open(&database).expect("a shop of the test's own");
    Strategy::value_variants()
        .iter()
        .map(|strategy| {
            if strategy.plan().refusal(backend).is_some() {
                return None;
            }
            shop.restart(&Load::default()).expect("a full shop");
            let sent = overhear(shop.connection(), strategy.plan()).expect("a purchase");
            let lines = sent.into_iter().map(|statement| statement.text + "\n");
            Some(lines.collect())
        })
        .collect()
}

fn page() -> String {
    let sent: Vec<(Backend, Vec<Option<String>>)> = common::backends()
        .into_iter()
        .map(|backend| (backend, sent_by_every_strategy(backend)))
        .collect();
    let mut page = INTRODUCTION.to_owned();
    for (index, strategy) in Strategy::value_variants().iter().enumerate() {
        let lesson = strategy.lesson();
        let _ = write!(
            page,
            "\n## {strategy}\n\n{} ({}).\n\n{}\n\n**When it fails.** {}\n\n**What it costs.** {}\n",
            strategy.summary(),
            strategy.plan(),
            lesson.idea,
            lesson.fails,
            lesson.cost
        );
        for (backend, statements) in &sent {
            match (&statements[index], strategy.plan().refusal(*backend)) {
                (Some(statements), _) => {
                    let promise = strategy.promise(Engine::of(*backend)).expect("it runs");
                    let _ = write!(
                        page,
                        "\n{backend}: **{promise}**\n\n```sql\n{statements}```\n"
                    );
                }
                (None, why) => {
                    let why = why.unwrap_or_default();
                    let _ = write!(page, "\n{backend}: refused, because {why}.\n");
                }
            }
        }
    }
    page
}

/// The page without what a build that lacks MariaDB cannot overhear.
fn in_this_build(page: &str) -> String {
    let mut shown = String::new();
    let mut parts = page.split("\nMariaDB: **");
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        if cfg!(feature = "mysql") {
            shown.push_str("\nMariaDB: **");
            shown.push_str(part);
        } else if let Some((_, rest)) = part.split_once("\n```\n") {
            shown.push_str(rest);
        }
    }
    shown
}

#[test]
fn the_page_of_strategies_says_what_they_do() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/strategies.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        assert!(cfg!(feature = "mysql"), "the page shows MariaDB as well");
        std::fs::write(path, &page).expect("a new page");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        in_this_build(&committed),
        page,
        "run `UPDATE_DOCS=1 cargo test --features mysql --test documentation`"
    );
}

/// The commands of the README that begin with `$ lockbench`, or that run it through cargo.
fn commands() -> Vec<Vec<String>> {
    let readme = include_str!("../README.md");
    readme
        .lines()
        .filter_map(|line| {
            line.strip_prefix("$ lockbench ")
                .or_else(|| line.strip_prefix("cargo run --release -- "))
        })
        .map(|arguments| arguments.split(' ').map(str::to_owned).collect())
        .collect()
}

#[test]
fn the_commands_of_the_readme_do_what_it_says() {
    let commands = commands();
    assert!(commands.len() >= 5, "{commands:?}");
    for arguments in commands {
        let done = common::lockbench().args(&arguments).assert().success();
        let text = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
        let first = text.lines().next().expect("an answer");
        let readme = include_str!("../README.md");
        // The README shows this command's answer, but for the numbers.
        let shown = readme
            .lines()
            .any(|line| without_numbers(line) == without_numbers(first));
        assert!(shown, "{arguments:?} says: {first}");
    }
}

fn without_numbers(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_ascii_digit())
        .collect()
}
