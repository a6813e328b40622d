//! The documents say what the program does: docs/strategies.md is made from the strategies
//! themselves and from the statements they really send, and the README's commands run.
//!
//! `UPDATE_DOCS=1 cargo test --all-features --test documentation` writes the page anew.

mod common;

#[cfg(feature = "mysql")]
#[path = "documentation/anomalies.rs"]
mod anomalies;

/// The pages hold what is sent to every database, so that a build without one cannot make them.
#[cfg(feature = "mysql")]
mod pages {
    use std::fmt::Write;

    use lockbench::db::{Backend, Engine};
    use lockbench::explain::overhear;
    use lockbench::load::Load;
    use lockbench::named::Named;
    use lockbench::run::Shop;

    use super::common;

    const STRATEGIES: &str = "\
# The strategies

<!-- Made by `UPDATE_DOCS=1 tests/run --test documentation`; a test compares. -->

A strategy is a row of independent choices, interpreted by one routine
([src/purchase.rs](../src/purchase.rs)): read how much is left, check, decide, take, record. Four
choices make most of them; the last four add a layer each ([layers.md](layers.md)). The
SQL below was overheard on the connection while one unit of item 1 was bought; a comment marks
what the program does by itself. `lockbench explain STRATEGY --database …` shows the same for
your database. What is promised is promised at a database's default settings, and held against
what is measured by `lockbench check`.
";

    const MISTAKES: &str = "\
# The mistakes

<!-- Made by `UPDATE_DOCS=1 tests/run --test documentation`; a test compares. -->

What real applications ship: each is a row of the same choices as a strategy
([strategies.md](strategies.md)), with one that looks right and is not. `lockbench run --strategy
NAME` shows the damage, `lockbench check --mistakes` that each is caught where it is wrong. The
SQL was overheard on the connection while one unit was bought, alone: with nobody else there,
every one of them works.
";

    /// What one purchase sends under each row, a line each; `None` where it cannot be run.
    fn sent_by_each(backend: Backend, rows: &[Named]) -> Vec<Option<String>> {
        let database = common::database(backend);
        let mut shop = Shop::open(&database).expect("a shop of the test's own");
        rows.iter()
            .map(|row| {
                if row.plan().refusal(backend).is_some() {
                    return None;
                }
                shop.restart_in(row.plan().layout, &Load::default())
                    .expect("a full shop");
                let sent = overhear(shop.connection(), row.plan()).expect("a purchase");
                let lines = sent.into_iter().map(|statement| statement.text + "\n");
                Some(lines.collect())
            })
            .collect()
    }

    fn summary(row: Named) -> String {
        match row {
            Named::Strategy(strategy) => strategy.summary(),
            Named::Mistake(mistake) => mistake.summary(),
        }
    }

    fn page(introduction: &str, rows: &[Named]) -> String {
        let sent: Vec<(Backend, Vec<Option<String>>)> = Backend::ALL
            .into_iter()
            .map(|backend| (backend, sent_by_each(backend, rows)))
            .collect();
        let mut page = introduction.to_owned();
        for (index, row) in rows.iter().enumerate() {
            let _ = write!(page, "\n## {row}\n\n{} ({}).\n", summary(*row), row.plan());
            for (heading, text) in row.lesson() {
                let _ = write!(page, "\n**{heading}.** {text}\n");
            }
            for (backend, statements) in &sent {
                match (&statements[index], row.plan().refusal(*backend)) {
                    (Some(statements), _) => {
                        let promise = row.promise(Engine::of(*backend)).expect("it runs");
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

    fn assert_rows(name: &str, introduction: &str, mistakes: bool) {
        let rows: Vec<Named> = Named::all(mistakes).collect();
        assert_page(name, page(introduction, &rows));
    }

    fn assert_page(name: &str, page: String) {
        let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &page).expect("a new page");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            committed, page,
            "run `UPDATE_DOCS=1 tests/run --test documentation`"
        );
    }

    #[test]
    fn the_page_of_strategies_says_what_they_do() {
        assert_rows("strategies.md", STRATEGIES, false);
    }

    #[test]
    fn the_page_of_mistakes_says_what_they_do() {
        assert_rows("mistakes.md", MISTAKES, true);
    }

    #[test]
    fn the_page_of_anomalies_shows_what_the_databases_do() {
        assert_page("anomalies.md", super::anomalies::page());
    }
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
