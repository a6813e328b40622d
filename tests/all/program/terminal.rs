//! What people see: on terminals of every width, in colour and without.

use crate::common::screen::Screen;

use crate::common;

/// Commands whose reports are for people, as briefly as they go, and a word of the report.
const REPORTS: [(&str, &str); 19] = [
    ("run -s naive", "oversold"),
    // Long enough for a progress line.
    (
        "run -s optimistic --duration 1500ms --warm-up 200ms",
        "strategy",
    ),
    ("run -s optimistic -d postgres", "PostgreSQL"),
    (
        "run -s naive --items 3 --basket 2 --restock 0.1 --skew 1",
        "naive",
    ),
    ("run -s optimistic --scenario invoices --events", "invoice"),
    ("check -s naive,optimistic,mutex --rounds 1", "held"),
    (
        "check -s ignored-row-count,check-then-insert --rounds 1 --no-proof",
        "caught",
    ),
    ("strategies", "read-committed"),
    ("strategies --mistakes", "for-update-autocommit"),
    ("explain pessimistic", "BEGIN"),
    ("explain for-update-autocommit -d postgres", "FOR UPDATE"),
    ("explore -s naive", "oversells"),
    ("explore -s optimistic --beside naive", "session"),
    (
        "explore -s naive --sessions 3 --replay 1.2.3.1.2.3",
        "session",
    ),
    ("anomalies", "lost-update"),
    (
        "anomalies --show lost-update,write-skew -d postgres",
        "session",
    ),
    (
        "compare -s naive,atomic,optimistic --duration 50ms --max-time 1s --reference atomic",
        "Wrong, so not ranked",
    ),
    (
        "sweep --axis threads=1,4 -s naive,pessimistic,optimistic --duration 20ms --max-time 1s",
        "Attempts per sale",
    ),
    (
        "advise -s pessimistic,atomic,optimistic --duration 20ms --max-time 1s --no-outlook",
        "What this rests on",
    ),
];

#[test]
fn reports_fit_the_terminal_and_the_progress_leaves_nothing() {
    let mut wrong = Vec::new();
    for (arguments, word) in REPORTS {
        for width in [40, 80, 120] {
            let words: Vec<&str> = arguments.split(' ').collect();
            let (written, screen) = Screen::of(width, &words, &[]);
            let lines = screen.lines();
            let text = lines.join("\n");
            assert!(text.contains(word), "{arguments}:\n{text}");
            // A word without a space in it cannot be broken.
            let overlong = screen
                .overlong
                .iter()
                .filter(|line| line.trim().contains(' '));
            for line in overlong {
                wrong.push(format!("{width}: {arguments}: {line}"));
            }
            for line in lines {
                if line.contains("[=") || line.contains(" retries") && line.contains(" done") {
                    wrong.push(format!("{width}: {arguments} leaves: {line}"));
                }
            }
            assert!(!written.contains("panicked"), "{written}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_screen_of_the_tests_sees_what_is_too_long_and_what_is_left() {
    // The version's line is longer than that, and clap does not break it.
    let (_, screen) = Screen::of(5, &["--version"], &[]);
    assert!(!screen.overlong.is_empty());
}

/// What is written with these variables set, to a terminal or to a pipe.
fn written(on_a_terminal: bool, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    if on_a_terminal {
        return Screen::of(120, arguments, environment).0;
    }
    let done = common::lockbench()
        .args(arguments)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE")
        .envs(environment.iter().copied())
        .output()
        .expect("the program");
    String::from_utf8(done.stdout).expect("text") + &String::from_utf8_lossy(&done.stderr)
}

#[test]
fn colour_is_for_terminals_and_the_usual_variables_are_obeyed() {
    for (arguments, in_the_table) in [
        (&["strategies"][..], "\u{1b}[31munsafe\u{1b}[0m"),
        (
            &["check", "-s", "naive,atomic", "--rounds=1", "--no-proof"],
            "\u{1b}[32mcaught\u{1b}[0m",
        ),
        (
            &["anomalies", "-d", "postgres"],
            "\u{1b}[31mOCCURS\u{1b}[0m",
        ),
        (&["explore", "-s", "naive"], "← wrong\u{1b}[0m"),
        (&["run", "-s", "nonsense"], "\u{1b}[0m"),
    ] {
        for (on_a_terminal, environment, coloured) in [
            (true, &[][..], true),
            (false, &[], false),
            (true, &[("NO_COLOR", "1")], false),
            (true, &[("CLICOLOR", "0")], false),
            (true, &[("TERM", "dumb")], false),
            (false, &[("CLICOLOR_FORCE", "1")], true),
        ] {
            let text = written(on_a_terminal, arguments, environment);
            assert_eq!(
                text.contains(in_the_table),
                coloured,
                "{arguments:?} {environment:?} on a terminal: {on_a_terminal}\n{text:?}"
            );
            assert_eq!(
                text.contains("\u{1b}[0m"),
                coloured,
                "{arguments:?} {environment:?}"
            );
        }
    }
}

/// The words in colour, each with its colour.
fn coloured_words(text: &str) -> Vec<(String, String)> {
    let spans = text.split("\u{1b}[3").skip(1);
    spans
        .filter_map(|span| {
            let (colour, rest) = span.split_once('m')?;
            let (word, _) = rest.split_once('\u{1b}')?;
            Some((word.trim().to_owned(), colour.to_owned()))
        })
        .filter(|(word, _)| !word.is_empty())
        .collect()
}

#[test]
fn nothing_is_told_by_colour_alone() {
    let mut seen: Vec<(String, String)> = Vec::new();
    for arguments in [
        &["strategies"][..],
        &["strategies", "--mistakes"],
        &["anomalies", "-d", "postgres"],
        &["check", "-s", "naive,atomic", "--rounds=1", "--no-proof"],
        &["run", "-s", "naive"],
        &["explore", "-s", "naive"],
    ] {
        let found = coloured_words(&written(false, arguments, &[("CLICOLOR_FORCE", "1")]));
        assert!(!found.is_empty(), "{arguments:?} is without colour");
        seen.extend(found);
    }
    // What has another colour has other words as well.
    for (word, colour) in &seen {
        let other = seen
            .iter()
            .find(|(other, of)| other == word && of != colour);
        assert_eq!(other, None, "{word:?} is also of colour {colour}");
        assert!(word.chars().any(char::is_alphabetic), "{word:?}");
    }
}

#[test]
fn quiet_shows_no_progress_and_verbose_shows_the_statements() {
    let run = [
        "run",
        "-s",
        "optimistic",
        "--no-control",
        "--duration",
        "2s",
    ];
    let (loud, _) = Screen::of(80, &run, &[]);
    assert!(loud.contains("retries"), "there is a progress line: {loud}");
    let (quiet, _) = Screen::of(80, &[&run[..], &["-q"]].concat(), &[]);
    assert!(!quiet.contains("retries"), "{quiet}");

    let url = common::postgres_url();
    let secret = url.replacen('@', ":hunter2@", 1);
    let done = common::lockbench()
        .args([
            "run",
            "-s",
            "optimistic",
            "--no-control",
            "--hold",
            "2ms",
            "-v",
            "-d",
            &secret,
        ])
        .output()
        .expect("the program");
    assert!(done.status.success());
    let said = String::from_utf8(done.stderr).expect("text");
    for line in [
        "FROM \"lockbench_items\" WHERE",
        "COMMIT",
        "retries after attempt 1: stale version",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    assert!(!said.contains("hunter2"), "a password");
    let refused = common::lockbench()
        .args([
            "run",
            "-s",
            "serializable",
            "--hold",
            "2ms",
            "-v",
            "-d",
            &url,
        ])
        .output()
        .expect("the program");
    let said = String::from_utf8(refused.stderr).expect("text");
    assert!(
        said.contains("failed: could not serialize access"),
        "{said}"
    );
}
