//! The private PostgreSQL server: out of reach of others, and gone afterwards.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use lockbench::db::server::{PostgresServer, ServerOptions};
use predicates::str::contains;

use crate::common;

#[test]
fn a_server_is_private_and_leaves_nothing() {
    let server = PostgresServer::start(&ServerOptions::default()).expect("a private server");
    let folder = server.folder().to_owned();
    let found = std::fs::metadata(&folder).expect("its folder");
    assert_eq!(found.permissions().mode() & 0o777, 0o700);
    let setting = |name: &str| {
        use diesel::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Setting {
            #[diesel(sql_type = diesel::sql_types::Text)]
            value: String,
        }
        diesel::sql_query(format!("SELECT current_setting('{name}') AS value"))
            .get_result::<Setting>(&mut common::postgres(&server.url()))
            .expect("a setting")
            .value
    };
    assert_eq!(setting("listen_addresses"), "", "no network");
    assert_eq!(
        setting("fsync"),
        "on",
        "durable, as a server's own defaults are"
    );
    assert_eq!(setting("synchronous_commit"), "on");
    let process = std::fs::read_to_string(folder.join("data/postmaster.pid")).expect("its process");
    let process = process.lines().next().expect("a number").to_owned();
    let proc = std::path::PathBuf::from(format!("/proc/{process}"));
    if proc.exists() {
        assert_ne!(
            std::fs::metadata(&proc).expect("its owner").uid(),
            0,
            "never root"
        );
    }
    drop(server);
    assert!(!folder.exists(), "the folder is gone");
    assert!(!proc.exists(), "the process is gone");
}

#[test]
fn room_is_made_for_as_many_connections_as_the_run_needs() {
    common::lockbench()
        .args(["run", "--strategy", "atomic", "--database", "postgres"])
        .args(["--threads", "120", "--no-control"])
        .assert()
        .success();
}

#[test]
fn a_folder_without_the_programs_is_named() {
    common::lockbench()
        .args(["run", "--strategy", "atomic", "--database", "postgres"])
        .env("LOCKBENCH_POSTGRES_BIN", "/nonexistent")
        .assert()
        .code(3)
        .stderr(contains(
            "LOCKBENCH_POSTGRES_BIN is /nonexistent, which does not contain initdb and postgres",
        ));
}

#[test]
fn a_server_that_ends_at_once_says_why() {
    let options = ServerOptions {
        settings: vec!["shared_buffers=nonsense".to_owned()],
        ..ServerOptions::default()
    };
    let refused = PostgresServer::start(&options).expect_err("a setting that means nothing");
    assert!(
        refused.to_string().contains("shared_buffers"),
        "{refused:#}"
    );
}

/// A folder with the server's programs, of which `initdb` writes down that it was called.
fn programs_that_count(folder: &Path, real: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let initdb = folder.join("initdb");
    let calls = folder.join("calls");
    fs::write(&calls, "").expect("a file");
    fs::set_permissions(&calls, Permissions::from_mode(0o666)).expect("a file for all");
    let (calls, real_initdb) = (calls.display(), real.join("initdb"));
    let script = format!(
        "#!/bin/sh\necho called >>{calls}\nexec {} \"$@\"\n",
        real_initdb.display()
    );
    fs::write(&initdb, script).expect("a program");
    fs::set_permissions(&initdb, Permissions::from_mode(0o755)).expect("a program");
    symlink(real.join("postgres"), folder.join("postgres")).expect("a link");
}

#[test]
fn what_initdb_has_made_is_copied_where_templates_are_kept() {
    let server = PostgresServer::start(&ServerOptions::default()).expect("a private server");
    let real = server.program("initdb").expect("initdb");
    let real = real.canonicalize().expect("its path");
    let real = real.parent().expect("its folder");
    let folder = tempfile::tempdir().expect("a folder");
    let templates = folder.path().join("templates");
    fs::create_dir(&templates).expect("a folder");
    for open_to_all in [folder.path(), templates.as_path()] {
        fs::set_permissions(open_to_all, Permissions::from_mode(0o777)).expect("a folder for all");
    }
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    programs_that_count(&one, real);
    programs_that_count(&other, real);
    let start = |programs: &Path, templates: Option<&Path>| {
        common::lockbench()
            .args(["run", "--strategy", "atomic", "--database", "postgres"])
            .args(["--threads", "2", "--no-control"])
            .env("LOCKBENCH_POSTGRES_BIN", programs)
            .env(
                "LOCKBENCH_INITDB_TEMPLATES",
                templates.map(Path::as_os_str).unwrap_or_default(),
            )
            .assert()
            .success();
        let calls = fs::read_to_string(programs.join("calls")).expect("the calls");
        calls.lines().count()
    };
    let templates = Some(templates.as_path());
    assert_eq!(start(&one, templates), 1, "it makes the first");
    assert_eq!(start(&one, templates), 1, "the second is a copy");
    assert_eq!(start(&other, templates), 1, "another program's is none");
    assert_eq!(start(&one, None), 2, "nobody has asked for copies");
    let nowhere = folder.path().join("nowhere");
    assert_eq!(start(&one, Some(&nowhere)), 3, "there is nothing to copy");
}
