//! Every command, in every format, ended early in every way: it says so first, it does not exit
//! with 0, and it leaves neither half a file nor anything else behind.

mod judge;
mod table;
mod way;

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::thread;

use self::judge::{INTERRUPTED, signed_off};
use self::table::{COMMANDS, Row};
use self::way::Way;

/// How many are ended at the same time: most of them wait for something.
const AT_ONCE: usize = 5;

#[test]
fn whatever_ends_early_says_so_first_and_leaves_nothing_behind() {
    let mut work: Vec<(&Row, Way, Vec<String>)> = Vec::new();
    let mut cells = BTreeSet::new();
    for row in COMMANDS {
        for way in Way::ALL {
            for formats in way.runs(row) {
                for format in &formats {
                    cells.insert((row.name, way.name(), format.clone()));
                }
                work.push((row, way, formats));
            }
        }
    }
    assert!(cells.len() > 180, "the table has {} cells", cells.len());
    // Another order than that of the table, so that not all servers start at once.
    work.sort_by_key(|(row, way, formats)| {
        (formats.concat().len() * 7 + row.name.len() * 3 + way.name().len()) % 13
    });
    let work = Mutex::new(work.into_iter());
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = work.lock().unwrap().next();
                    let Some((row, way, formats)) = next else {
                        break;
                    };
                    let tried = catch_unwind(|| way.try_on(row, &formats));
                    if let Err(complaint) = tried.unwrap_or_else(|_| Err("see above".to_owned())) {
                        let formats = formats.join(", ");
                        let complaint =
                            format!("{}, {} ({formats}): {complaint}", row.name, way.name());
                        wrong.lock().unwrap().push(complaint);
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn no_command_is_left_out_of_the_table() {
    let mut known = BTreeSet::new();
    table::leaves(&lockbench::cli::command(), "", &mut known);
    let mut tried: BTreeSet<String> = COMMANDS
        .iter()
        .map(|row| row.name.split(" --").next().unwrap().to_owned())
        .collect();
    assert_eq!(known, tried);
    tried.remove("run");
    assert_ne!(known, tried);
}

#[test]
fn what_does_not_say_that_it_ended_early_is_found() {
    for (format, green) in [
        ("text", "Every promise held on SQLite\nInterrupted: later"),
        ("markdown", "## Every promise held\n"),
        ("json", r#"{"verdict": "safe", "interrupted": true}"#),
        (
            "json",
            r#"{"verdict": "inconclusive", "interrupted": false}"#,
        ),
        ("json", r#"[{"verdict": "held", "interrupted": true}]"#),
        ("junit", "<testsuites><testcase name=\"a\"/></testsuites>"),
        ("csv", "strategy,rank,measure\n,,rounds,,3"),
        ("html", "<h1>atomic is fastest</h1><p>interrupted</p>"),
        ("svg", "<svg><title>Goodput</title></svg>"),
        ("png", "no picture"),
    ] {
        assert!(
            signed_off("compare", format, green.as_bytes(), INTERRUPTED).is_err(),
            "{format}: {green}"
        );
    }
}
