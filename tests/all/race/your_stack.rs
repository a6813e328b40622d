//! docs/race-your-stack.md shows what the programs here really come to.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::{PYTHON, clients, programs};
use crate::program::documentation::{astray, commands};

const PAGE: &str = include_str!("../../../docs/race-your-stack.md");

#[test]
fn every_console_block_of_the_page_for_newcomers_is_what_the_command_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let named = |name: &str, program: &str| {
        symlink(program, folder.path().join(name)).expect("a name for the program");
    };
    named("lockbench", env!("CARGO_BIN_EXE_lockbench"));
    named("python3", PYTHON.as_str());
    // The system's packages are for the system's own Ruby.
    if Path::new("/usr/bin/ruby").exists() {
        named("ruby", "/usr/bin/ruby");
    }
    let path = std::env::var("PATH").expect("a path");
    let mut seen = 0;
    for (command, shown) in commands(PAGE) {
        let done = Command::new("/bin/sh")
            .args(["-c", command])
            .current_dir(programs())
            .env_remove("DATABASE_URL")
            .env("PATH", format!("{}:{path}", folder.path().display()))
            .env("PYTHONPATH", clients().join("python"))
            .env("NODE_PATH", clients().join("node").join("node_modules"))
            .output()
            .expect("a shell");
        let answer = String::from_utf8_lossy(&done.stdout);
        let said = String::from_utf8_lossy(&done.stderr);
        let is_wrong = shown.first().is_some_and(|line| line.starts_with("NOT "));
        let exit = i32::from(is_wrong);
        assert_eq!(done.status.code(), Some(exit), "{command}: {answer}{said}");
        // The number of orders is a part of what is shown.
        assert_eq!(answer.lines().next(), shown.first().copied(), "{command}");
        if let Some(line) = astray(&shown, &answer) {
            panic!("{command}\nis shown with: {line}\nwhich is not so in\n{answer}");
        }
        seen += 1;
    }
    assert!(seen >= 11, "{seen}");
}
