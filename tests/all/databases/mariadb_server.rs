//! The private MariaDB server leaves nothing behind.

#![cfg(feature = "mysql")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::kill;
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::common;
use crate::common::program::{GONE, PATIENCE, wait_for};

/// A folder for temporary files that the server's own account may write to.
fn temporary() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("t")
        .tempdir_in("/tmp")
        .expect("a folder");
    let open_to_all = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open_to_all).expect("a folder of ours");
    folder
}

fn contents(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

fn is_alive(process: i32) -> bool {
    kill(Pid::from_raw(process), None).is_ok()
}

#[test]
fn nothing_is_left_after_success() {
    let temporary = temporary();
    common::lockbench()
        .args(["run", "--database", "mariadb", "--strategy", "atomic"])
        .arg("--no-control")
        .env("TMPDIR", temporary.path())
        .assert()
        .success();
    assert_eq!(contents(temporary.path()), Vec::<PathBuf>::new());
}

/// A run that would take a minute.
fn long_run(temporary: &TempDir) -> Child {
    Command::new(env!("CARGO_BIN_EXE_lockbench"))
        .args(["run", "--database", "mariadb", "--strategy", "atomic"])
        .args(["--duration", "60s"])
        .env("TMPDIR", temporary.path())
        .env_remove("DATABASE_URL")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("lockbench")
}

#[test]
fn nothing_is_left_after_a_sigkill_while_the_files_are_made() {
    let temporary = temporary();
    let mut lockbench = long_run(&temporary);
    wait_for("a file", PATIENCE, || {
        contents(temporary.path())
            .pop()
            .is_some_and(|folder| folder.join("data").exists())
    });
    lockbench.kill().expect("a process of ours");
    lockbench.wait().expect("its end");
    wait_for("the folder to be gone", GONE, || {
        contents(temporary.path()).is_empty()
    });
}

#[test]
fn nothing_is_left_after_a_sigkill() {
    let temporary = temporary();
    let mut lockbench = long_run(&temporary);
    let file = |name: &str| {
        let folder = contents(temporary.path()).pop()?;
        Some(folder.join(name)).filter(|path| path.exists())
    };
    wait_for("the server to run", PATIENCE, || {
        let text = file("pid").and_then(|path| std::fs::read_to_string(path).ok());
        text.is_some_and(|text| text.ends_with('\n')) && file("socket").is_some()
    });
    let folder = contents(temporary.path())
        .pop()
        .expect("the private folder");
    let mode = std::fs::metadata(&folder).expect("it").permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "others could connect as root");
    let pid = std::fs::read_to_string(folder.join("pid")).expect("the server's number");
    let server: i32 = pid.trim().parse().expect("a number");
    assert!(is_alive(server));

    lockbench.kill().expect("a process of ours");
    lockbench.wait().expect("its end");
    wait_for("the server to end", GONE, || !is_alive(server));
    wait_for("the folder to be gone", GONE, || {
        contents(temporary.path()).is_empty()
    });
}

#[test]
fn a_folder_without_the_programs_is_refused_by_its_name() {
    common::lockbench()
        .args(["run", "--database", "mariadb", "--strategy", "atomic"])
        .env("LOCKBENCH_MARIADB_BIN", "/nowhere")
        .assert()
        .code(3)
        .stderr(predicates::str::contains(
            "LOCKBENCH_MARIADB_BIN is /nowhere, which does not contain mariadb-install-db and mariadbd",
        ));
}

#[test]
fn a_setting_that_the_server_refuses_is_reported_in_its_words() {
    let options = lockbench::db::server::ServerOptions {
        connections: 1,
        settings: vec!["no-such-setting=1".to_owned()],
        ..lockbench::db::server::ServerOptions::default()
    };
    let refusal = lockbench::db::server::MariadbServer::start(&options).expect_err("refused");
    let words = format!("{refusal:#}");
    assert!(words.contains("could not be started"), "{words}");
    assert!(words.contains("no-such-setting"), "{words}");
}
