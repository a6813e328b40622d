//! No password is shown by a command that has done its work, in no format and no file.

use std::path::Path;

use assert_cmd::Command;

use super::forms::MARKER;
use super::passwords::COMMANDS;
use crate::common;

/// What keeps each command short, in the order of [`COMMANDS`].
const SHORT: [&[&str]; 11] = [
    &["--orders=20", "--no-control", "--servers=2"],
    &[
        "--strategies=atomic",
        "--rounds=1",
        "--no-proof",
        "--orders=50",
    ],
    &[
        "--strategies=atomic,optimistic",
        "--duration=20ms",
        "--warm-up=1ms",
        "--precision=99%",
        "--max-time=5m",
    ],
    &[
        "--strategies=atomic,optimistic",
        "--duration=20ms",
        "--warm-up=1ms",
        "--precision=99%",
        "--max-time=5m",
    ],
    &[
        "--strategies=pessimistic,atomic",
        "--no-outlook",
        "--precision=99%",
        "--max-time=5m",
        "--duration=20ms",
        "--warm-up=1ms",
    ],
    &[],
    &[],
    &[],
    &[],
    &[],
    &[],
];

/// The formats of each command, in the same order; `compare` and `sweep` write several at once.
const FORMATS: [&[&str]; 11] = [
    &["text", "json", "markdown", "csv"],
    &["text", "json", "markdown", "junit"],
    &["text"],
    &["text"],
    &["text", "json"],
    &["text", "json", "markdown", "html"],
    &["text", "json", "markdown"],
    &[],
    &[],
    &[],
    &[],
];

/// Addresses of servers that take the marker for a password.
fn addresses() -> Vec<String> {
    // A server that trusts everybody takes any.
    let url = common::postgres_url();
    let with_password = url.replace("//lockbench@", &format!("//lockbench:{MARKER}@"));
    let database = url.rsplit('/').next().expect("a name");
    let socket = common::postgres_server().folder().display();
    vec![
        format!("{with_password}?sslmode=disable"),
        format!("host={socket} user=lockbench password='{MARKER}' dbname={database}"),
        #[cfg(feature = "mysql")]
        mariadb(),
    ]
}

#[cfg(feature = "mysql")]
fn mariadb() -> String {
    use diesel::connection::SimpleConnection;
    let url = common::mariadb::url();
    common::mariadb::connect(&url)
        .batch_execute(&format!(
            "CREATE USER IF NOT EXISTS keeper@localhost IDENTIFIED BY '{MARKER}'; \
             GRANT ALL ON *.* TO keeper@localhost"
        ))
        .expect("a keeper");
    url.replace("//root@", &format!("//keeper:{MARKER}@"))
}

#[test]
fn no_report_holds_the_password_of_the_database_that_it_is_of() {
    for (number, address) in addresses().iter().enumerate() {
        for (place, command) in COMMANDS.iter().enumerate() {
            // Every format for the first address, and the one for programs for the others.
            let mut formats: Vec<Option<&str>> = FORMATS[place].iter().copied().map(Some).collect();
            if number > 0 {
                formats.retain(|format| *format == Some("json"));
            }
            if formats.is_empty() {
                formats.push(None);
            }
            for format in formats {
                report(address, command, SHORT[place], format);
            }
        }
    }
}

fn report(address: &str, command: &[&str], short: &[&str], format: Option<&str>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let mut program = common::lockbench();
    program.args(command).args(short);
    program.env("GITHUB_STEP_SUMMARY", path("summary"));
    program.args(["--database", address]);
    let mut files = 0;
    if let Some(format) = format {
        program.args(["--format", format]);
        program.arg("--output").arg(path("report"));
        files += 1;
    }
    if matches!(command[0], "compare" | "sweep") {
        for name in ["page.html", "all.json", "all.md", "all.csv", "picture.svg"] {
            program.arg("--also").arg(path(name));
            files += 1;
        }
    }
    if command[0] == "compare" {
        program.arg("--save").arg(path("baseline"));
        files += 1;
    }
    let shown = look(&mut program, folder.path(), files);
    // It is the address that was used, and not another that has no password.
    if format == Some("json") && matches!(command[0], "run" | "check" | "anomalies") {
        assert!(shown.contains("***"), "{shown}");
    }
    if command[0] == "compare" {
        program.arg("--baseline").arg(path("baseline"));
        look(&mut program, folder.path(), files);
    }
}

/// Everything that the program says and writes.
fn look(program: &mut Command, folder: &Path, files: usize) -> String {
    let done = program.output().expect("the program");
    let mut shown = String::from_utf8_lossy(&done.stdout).into_owned();
    shown.push_str(&String::from_utf8_lossy(&done.stderr));
    let code = done.status.code();
    // Broken, inconclusive or slower is no matter here: it is a report all the same.
    assert!(
        [Some(0), Some(1), Some(4), Some(5)].contains(&code),
        "{program:?}: {shown}"
    );
    let mut found = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let written = std::fs::read(entry.expect("a file").path()).expect("a report");
        assert!(!written.is_empty(), "{program:?}");
        shown.push_str(&String::from_utf8_lossy(&written));
        found += 1;
    }
    assert!(found >= files, "{program:?}: {found} files");
    assert!(!shown.contains(MARKER), "{program:?}: {shown}");
    shown
}
