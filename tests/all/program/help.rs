//! Every help text, as a user sees it.

use insta::assert_snapshot;

use crate::common;

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
fn the_help_of_race() {
    assert_help("race", &["race", "--help"]);
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
fn the_help_of_man() {
    assert_help("man", &["man", "--help"]);
}

/// What the short help of each command has, and what only the long one has.
const SCREENS: [(&str, &[&str], &[&str]); 6] = [
    (
        "run",
        &["-s,", "-d,", "-t,", "-n,", "-q,", "-v,", "--dry-run"],
        &[
            "--guard",
            "--isolation",
            "--layout",
            "--dispatch",
            "--gate",
            "--pool",
            "--skew",
            "--config",
        ],
    ),
    (
        "check",
        &["-s,", "-d,", "-t,", "-q,", "-v,", "--rounds", "--no-proof"],
        &["--stock", "--orders", "--duration", "--pool", "--seed"],
    ),
    (
        "compare",
        &[
            "-s,",
            "-d,",
            "-t,",
            "-q,",
            "-v,",
            "--max-time",
            "--baseline",
        ],
        &["--reference", "--no-control", "--tolerance", "--warm-up"],
    ),
    (
        "sweep",
        &["-s,", "-d,", "-t,", "-q,", "-v,", "--max-time", "--axis"],
        &["--reference", "--no-control", "--stock", "--pool"],
    ),
    (
        "advise",
        &["-s,", "-d,", "-t,", "-q,", "-v,", "--max-time", "--servers"],
        &["--stock", "--orders", "--duration", "--pool", "--slots"],
    ),
    (
        "explore",
        &[
            "-s,",
            "-d,",
            "-q,",
            "-v,",
            "--sessions",
            "--map",
            "--replay",
        ],
        &["--guard", "--gate", "--scenario", "--no-pruning", "--seed"],
    ),
];

#[test]
fn the_short_help_is_one_screen_and_what_is_not_on_it_is_in_the_long_one() {
    let help = |command: &str, option: &str| {
        let done = common::lockbench()
            .args([command, option])
            .env("COLUMNS", "80")
            .assert()
            .success();
        String::from_utf8_lossy(&done.get_output().stdout).into_owned()
    };
    for (command, shown, hidden) in SCREENS {
        let text = help(command, "-h");
        let lines = text.lines().count();
        assert!(lines <= 24, "{lines} lines are more than a screen:\n{text}");
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(80), "{text}");
        for option in shown {
            assert!(text.contains(option), "{option} in {text}");
        }
        let long = help(command, "--help");
        let advanced = long.split("\nAdvanced:\n").nth(1).expect("a heading");
        for option in hidden {
            assert!(!text.contains(option), "{option} in {text}");
            assert!(advanced.contains(option), "{option} in {long}");
        }
    }
}

/// What a native speaker would not write, or only of something else.
const ODD: [&str; 18] = [
    "overheard",
    "shoots",
    "was shot",
    "truly sold",
    "outside api",
    "that is there",
    "held against",
    "promise against what",
    "at the first try",
    "is shown to be faster",
    "no difference is shown",
    "no difference shown",
    "shuffled anew",
    "of unknown end",
    "has no place in the story",
    "know the second from the first",
    "given several times",
    "as much as then",
];

/// The odd words of a text, however its lines are broken.
fn odd(text: &str) -> Vec<&'static str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").to_lowercase();
    let found = ODD.into_iter().filter(|odd| text.contains(odd));
    found.collect()
}

/// The string literals of a source file.
fn literals(source: &str) -> String {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code: Vec<&str> = source.lines().filter(is_code).collect();
    let code = code.join("\n").replace("'\"'", "").replace("\\\"", "");
    let parts = code.split('"').enumerate();
    let inside = parts.filter(|(place, _)| place % 2 == 1);
    let inside: Vec<String> = inside.map(|(_, text)| text.replace('\\', " ")).collect();
    inside.join(" | ")
}

/// Every help text, short and long.
fn helps(command: &mut clap::Command, texts: &mut Vec<(String, String)>) {
    let text = format!("{}\n{}", command.render_help(), command.render_long_help());
    texts.push((format!("the help of {}", command.get_name()), text));
    for command in command.get_subcommands_mut() {
        helps(command, texts);
    }
}

/// The files under a folder whose names end so, each with its text.
fn files(folder: &str, ending: &str, texts: &mut Vec<(String, String)>) {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(ending) {
                texts.push((name, std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
}

#[test]
fn what_people_read_is_written_as_a_native_speaker_would() {
    let mut texts = Vec::new();
    let mut command = lockbench::cli::command();
    command.build();
    helps(&mut command, &mut texts);
    let commands = texts.len();
    files("docs", ".md", &mut texts);
    texts.push((
        "README.md".to_owned(),
        include_str!("../../../README.md").to_owned(),
    ));
    let documents = texts.len();
    files("src", ".rs", &mut texts);
    assert!(commands > 12 && documents > commands + 10 && texts.len() > documents + 100);
    for (_, source) in &mut texts[documents..] {
        *source = literals(source);
    }
    let found: Vec<String> = texts
        .iter()
        .map(|(name, text)| (name, odd(text)))
        .filter(|(_, odd)| !odd.is_empty())
        .map(|(name, odd)| format!("{name}: {}", odd.join(", ")))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn odd_words_are_found_wherever_they_stand() {
    for word in ODD {
        let source = format!(
            "// {word}\nlet quote = '\"';\nlet a = \"\\\"a\\\"\"; let b = \"It {};\";",
            word.replace(' ', " \\\n    ")
        );
        assert!(odd(&literals(&source)).contains(&word), "{source}");
        assert!(odd(&word.to_uppercase().replace(' ', "\n  ")).contains(&word));
        let comment = format!("let a = \"b\";\n    /// {word}\n");
        assert_eq!(odd(&literals(&comment)), [""; 0]);
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man1");
    common::lockbench()
        .args(["man", "--output", pages.to_str().expect("UTF-8")])
        .assert()
        .success();
    let page = |name: &str| {
        let page = std::fs::read_to_string(pages.join(name));
        page.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    assert!(page("lockbench.1").contains("Exit codes"));
    assert!(page("lockbench-db-drop.1").contains("Remove lockbench"));
    for command in lockbench::cli::command().get_subcommands() {
        let name = format!("lockbench-{}.1", command.get_name());
        if command.is_hide_set() {
            assert!(!pages.join(&name).exists(), "{name}");
        } else {
            let about = command.get_about().expect("a line").to_string();
            let first = about
                .split([',', '-', '\''])
                .next()
                .expect("words")
                .to_owned();
            assert!(page(&name).contains(&first), "{name}: {first}");
        }
    }
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
