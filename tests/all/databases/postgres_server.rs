//! The private PostgreSQL server: out of reach of others, and gone afterwards.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

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
