//! The documents say what the program does: docs/strategies.md is generated from the strategies
//! themselves and from the statements they really send, and the README's commands run.
//!
//! `UPDATE_DOCS=1 tests/run documentation` rewrites the pages.

use crate::common;

#[cfg(feature = "mysql")]
#[path = "documentation/anomalies.rs"]
mod anomalies;

/// The pages hold what is sent to every database, so that a build without one cannot make them.
#[cfg(feature = "mysql")]
mod pages {
    use std::fmt::Write;

    use clap::ValueEnum;

    use lockbench::db::{Backend, Engine};
    use lockbench::model::load::Load;
    use lockbench::model::named::Named;
    use lockbench::purchase::explain::overhear;
    use lockbench::run::Shop;

    use super::common;

    const STRATEGIES: &str = "\
# The strategies

<!-- Made by `UPDATE_DOCS=1 tests/run documentation`; a test compares. -->

A strategy is a set of independent choices, interpreted by one routine
([src/purchase.rs](../src/purchase.rs)): read how much is left, check, decide, take, record. Most
strategies consist of four choices; the last four add a layer each ([layers.md](layers.md)). The SQL
below was captured from the connection while one unit of item 1 was bought; SQL comments mark steps of
the program itself. `lockbench explain STRATEGY --database …` shows the same for your database. A
promise applies to the database's default settings, and `lockbench check` checks it.
";

    const MISTAKES: &str = "\
# The mistakes

<!-- Made by `UPDATE_DOCS=1 tests/run documentation`; a test compares. -->

These mistakes are found in real applications. Each consists of the same choices as a strategy
([strategies.md](strategies.md)), one of which looks right and is not. `lockbench run --strategy NAME`
shows the damage, and `lockbench check --mistakes` shows that each is caught where it is wrong. The SQL
was captured from the connection while a single buyer bought one unit: without contention, every one
of them works.
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
                shop.ready_for(&row.plan()).expect("what it needs");
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
                        let stand_ins: String = row
                            .plan()
                            .stand_ins(*backend)
                            .iter()
                            .map(|sentence| format!(". {sentence}"))
                            .collect();
                        let _ = write!(
                            page,
                            "\n{backend}: **{promise}**{stand_ins}\n\n```sql\n{statements}```\n"
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

    /// The words of a statement, and what else a database calls it.
    const SPOKEN_OF: [&[&str]; 8] = [
        &["FOR UPDATE"],
        &["NOWAIT"],
        &["SKIP LOCKED"],
        &["FOR SHARE"],
        &["REPEATABLE READ"],
        &["SERIALIZABLE"],
        &["BEGIN", "START TRANSACTION"],
        &["COMMIT", "CALL"],
    ];

    #[test]
    fn a_lesson_speaks_of_statements_that_are_sent_or_says_what_stands_in_for_them() {
        let rows = Named::value_variants();
        let mut spoken = 0;
        for backend in Backend::ALL {
            for (row, sent) in rows.iter().zip(sent_by_each(backend, rows)) {
                let Some(sent) = sent else { continue };
                let stand_ins = row.plan().stand_ins(backend).join(" ");
                let [(_, first), ..] = row.lesson();
                let lesson = format!("{} {first}", summary(*row));
                for words in SPOKEN_OF {
                    if !lesson.contains(words[0]) {
                        continue;
                    }
                    spoken += 1;
                    let is_sent = words.iter().any(|words| sent.contains(words));
                    assert!(
                        is_sent || stand_ins.contains(words[0]),
                        "{row} on {backend} speaks of {}, and sends\n{sent}",
                        words[0]
                    );
                    assert!(
                        !(is_sent && stand_ins.contains(&format!("no {}", words[0]))),
                        "{row} on {backend} sends what it is said not to have:\n{sent}"
                    );
                }
            }
        }
        assert!(spoken > 20, "{spoken}");
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
            "run `UPDATE_DOCS=1 tests/run documentation`"
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

/// The documents whose console blocks are run.
const CONSOLES: [(&str, &str); 2] = [
    ("README.md", include_str!("../../../README.md")),
    ("docs/usage.md", include_str!("../../../docs/usage.md")),
];

/// The commands in the console blocks of a document, each with what it is said to answer.
pub(crate) fn commands(document: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks = Vec::new();
    for block in document.split("```console\n").skip(1) {
        let (block, _) = block.split_once("```").expect("the end of a block");
        for command in block.split("$ ").skip(1) {
            let mut lines = command.lines();
            blocks.push((lines.next().expect("a command"), lines.collect()));
        }
    }
    blocks
}

/// The same as the arguments of lockbench.
fn consoles(document: &str) -> Vec<(Vec<&str>, Vec<&str>)> {
    let each = commands(document).into_iter().map(|(command, shown)| {
        let arguments = command.strip_prefix("lockbench ").expect("lockbench");
        (arguments.split(' ').collect(), shown)
    });
    each.collect()
}

/// A line without what differs from one run to the next: numbers, with their units of time, the
/// widths of columns, and whether there is one of something or several.
fn masked(line: &str) -> String {
    let mut out = String::new();
    let mut in_number = false;
    for word in line.split_whitespace() {
        if in_number && ["µs", "ms", "s"].contains(&word.trim_end_matches([')', ','])) {
            out.push_str(&word.replace(|letter: char| letter.is_alphanumeric(), ""));
            in_number = false;
            continue;
        }
        let mut masked = String::new();
        for letter in word.chars() {
            match letter {
                '0'..='9' if masked.ends_with('#') => {}
                '0'..='9' => masked.push('#'),
                '.' | ',' if masked.ends_with('#') && !word.ends_with(letter) => {}
                letter => masked.push(letter),
            }
        }
        in_number = masked.ends_with('#') || masked.starts_with("(#");
        out.push(' ');
        out.push_str(match masked.as_str() {
            "updates" => "update",
            masked => masked,
        });
    }
    out.trim_start().to_owned()
}

/// What of `shown` the answer does not have in the same order; a line of `…` stands for any.
pub(crate) fn astray<'a>(shown: &[&'a str], answer: &str) -> Option<&'a str> {
    let answer: Vec<String> = answer.lines().map(masked).collect();
    let mut at = 0;
    let mut skips = false;
    for line in shown {
        if *line == "…" {
            skips = true;
            continue;
        }
        let rest = answer.get(at..).unwrap_or_default();
        let found = rest.iter().position(|found| *found == masked(line));
        match found {
            Some(0) => at += 1,
            Some(further) if skips => at += further + 1,
            _ => return Some(line),
        }
        skips = false;
    }
    (at < answer.len() && !skips).then_some("the end")
}

#[test]
fn every_console_block_is_what_the_command_answers() {
    let mut seen = Vec::new();
    for (name, document) in CONSOLES {
        for (arguments, shown) in consoles(document) {
            let done = common::lockbench().args(&arguments).assert().success();
            let answer = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
            if let Some(line) = astray(&shown, &answer) {
                panic!("{name} shows for {arguments:?}: {line}\nwhich is not so in\n{answer}");
            }
            seen.push(format!("{name} {}", arguments[0]));
        }
    }
    for wanted in [
        "README.md run",
        "README.md explore",
        "docs/usage.md check",
        "docs/usage.md compare",
    ] {
        assert!(
            seen.iter().any(|seen| seen == wanted),
            "{wanted} in {seen:?}"
        );
    }
}

#[test]
fn an_answer_that_is_not_the_one_shown_is_found() {
    let answer = "100 in stock, 183 sold: oversold by 83, 1 lost update\n\nspeed  1,322 per second (0.08 s)\n";
    let same = [
        "100 in stock, 200 sold: oversold by 100, 65 lost updates",
        "",
        "speed    9 per second (12.10 s)",
    ];
    assert_eq!(astray(&same, answer), None);
    assert_eq!(astray(&["…", same[2]], answer), None);
    assert_eq!(astray(&[same[0], "…"], answer), None);
    assert_eq!(astray(&same[..1], answer), Some("the end"));
    assert_eq!(astray(&[same[0], same[2]], answer), Some(same[2]));
    let other = "100 in stock, 200 sold: nothing oversold";
    assert_eq!(astray(&[other, "…"], answer), Some(other));
}

#[test]
fn the_readme_is_short() {
    let readme = include_str!("../../../README.md");
    assert!(readme.lines().count() < 120, "{}", readme.lines().count());
}

#[test]
fn what_a_page_links_to_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut links = 0;
    for folder in [root.to_owned(), root.join("docs")] {
        for entry in std::fs::read_dir(&folder).expect("the folder") {
            let page = entry.expect("a file").path();
            if page.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            let text = std::fs::read_to_string(&page).expect("a page");
            for link in text.split("](").skip(1) {
                let (link, _) = link.split_once(')').expect("the end of a link");
                let (target, _) = link.split_once('#').unwrap_or((link, ""));
                if !link.contains("://") {
                    let shown = page.display();
                    assert!(folder.join(target).exists(), "{shown} links to {link}");
                    links += 1;
                }
            }
        }
    }
    assert!(links > 100, "{links}");
}

#[test]
fn the_command_to_try_it_with_works() {
    let readme = include_str!("../../../README.md");
    let line = readme
        .lines()
        .find_map(|line| line.strip_prefix("cargo run --release -- "))
        .expect("the command");
    let arguments = line.split('#').next().expect("a command");
    common::lockbench()
        .args(arguments.split_whitespace())
        .assert()
        .success();
}
