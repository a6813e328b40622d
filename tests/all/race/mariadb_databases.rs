//! On MariaDB: which database is raced, that nothing of the user's is changed, and what cannot be
//! raced.

use std::fs;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::{PYTHON, Raced, clients, programs, race, race_sql, race_worker, runs};
use crate::common::mariadb::{connect, url};
use crate::common::program::{GONE, PATIENCE, Program, wait_for};

const SHOP: [&str; 2] = ["--setup", "mariadb_shop.sql"];

/// A user's shop, with triggers and columns of all kinds.
fn shop() -> String {
    let url = url();
    for file in ["mariadb_shop.sql", "mariadb_extras.sql"] {
        let sql = fs::read_to_string(programs().join(file)).expect("the file");
        connect(&url).batch_execute(&sql).expect("tables");
    }
    url
}

#[derive(Debug, PartialEq, Eq, QueryableByName)]
struct Contents {
    #[diesel(sql_type = Text)]
    all: String,
}

fn contents(url: &str) -> Contents {
    sql_query(
        "SELECT CONCAT_WS(' ', \
             (SELECT GROUP_CONCAT(id, units) FROM stock), \
             (SELECT COUNT(*) FROM orders), \
             (SELECT GROUP_CONCAT(id, COALESCE(what, '-'), COALESCE(HEX(bytes), '-')) FROM log), \
             (SELECT GROUP_CONCAT(table_name, COALESCE(auto_increment, '-')) \
                  FROM information_schema.tables WHERE table_schema = DATABASE())) AS `all`",
    )
    .get_result(&mut connect(url))
    .expect("a shop")
}

fn assert_shop_is_found_wrong(raced: &Raced) {
    assert_eq!(raced.counts(), (24, 22), "{raced:#?}");
    // What the trigger writes is compared, and it fires for the programs alone.
    let differences = raced.result["witness"]["differences"].to_string();
    assert!(differences.contains("what sold!"), "{differences}");
}

#[test]
fn a_copy_of_the_users_database_is_raced_and_the_original_as_it_was() {
    let url = shop();
    let before = contents(&url);
    let raced = race_worker(&url, &[], "pymysql_shop.py", "naive");
    assert_shop_is_found_wrong(&raced);
    assert_eq!(contents(&url), before);
}

#[test]
fn a_dump_fills_the_private_server() {
    let url = shop();
    let (address, database) = url.split_once("localhost/").expect("a host");
    assert!(address.starts_with("mysql://root"), "{url}");
    let (database, socket) = database.split_once("?unix_socket=").expect("a socket");
    let dumped = Command::new("mariadb-dump")
        .args(["--no-defaults", "--user=root"])
        .arg(format!("--socket={}", socket.replace("%2F", "/")))
        .arg(database)
        .output()
        .expect("mariadb-dump");
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), dumped.stdout).expect("a dump");
    let path = file.path().display().to_string();
    let arguments = ["--from-dump", path.as_str()];
    let raced = race_worker("mariadb", &arguments, "pymysql_shop.py", "naive");
    assert_shop_is_found_wrong(&raced);
}

#[test]
fn a_killed_lockbench_leaves_neither_programs_nor_a_server() {
    let url = shop();
    let before = contents(&url);
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().display().to_string();
    let python = clients().join("python").display().to_string();
    let program = programs().join("pymysql_shop.py").display().to_string();
    let environment = [("PYTHONPATH", python.as_str()), ("TMPDIR", place.as_str())];
    let arguments = [
        "race",
        "--worker",
        "--every-statement",
        "--sessions",
        "3",
        "--database",
        &url,
        "--",
        PYTHON.as_str(),
        &program,
        "naive",
        "worker",
    ];
    let lockbench = Program::start_command(&environment, &arguments);
    let python_runs = || runs(&format!("{} {program} naive worker", PYTHON.as_str()));
    wait_for("a session", PATIENCE, python_runs);
    drop(lockbench);
    wait_for("the programs' end", GONE, || !python_runs());
    wait_for("the server's end", GONE, || {
        !runs(&format!("--datadir={place}"))
    });
    let is_empty = || fs::read_dir(&place).is_ok_and(|mut found| found.next().is_none());
    wait_for("the folder's end", GONE, is_empty);
    assert_eq!(contents(&url), before);
}

#[test]
fn an_isolation_level_and_an_invariant_are_heeded() {
    let level = ["--isolation", "serializable"];
    let raced = race_worker(
        "mariadb",
        &[SHOP, level].concat(),
        "pymysql_shop.py",
        "naive",
    );
    assert_eq!(raced.counts(), (10, 0), "{raced:#?}");
    let invariant = ["--invariant", "SELECT COUNT(*) <= 1 FROM orders"];
    let raced = race_worker(
        "mariadb",
        &[SHOP, invariant].concat(),
        "pymysql_shop.py",
        "naive",
    );
    assert_eq!(raced.counts(), (24, 22), "{raced:#?}");
    let broken = raced.result["witness"]["broken"].to_string();
    assert!(broken.contains("the invariant does not hold"), "{broken}");
}

/// Who takes the lock first goes on first: there are no two orders inside it.
#[test]
fn a_named_lock_is_waited_for() {
    let code = "execute('DO GET_LOCK(%s, 60)', 'a'); u = execute('SELECT units FROM stock'); \
                execute('UPDATE stock SET units = %s', u - 1); connection.commit(); \
                execute('DO RELEASE_LOCK(%s)', 'a')";
    race_sql("mariadb", &SHOP, &[code, code]).assert_right(10);
}

#[test]
fn what_the_wire_cannot_show_is_refused() {
    let infile = "execute('LOAD DATA LOCAL INFILE %s INTO TABLE stock', '/etc/hostname')";
    let raced = race_sql("mariadb", &SHOP, &[infile, infile]);
    assert_eq!(raced.exit, Some(2), "{raced:#?}");
    assert!(raced.said.contains("local infile"), "{raced:#?}");
    let raced = race("mariadb", &SHOP, &["true"]);
    assert_eq!(raced.exit, Some(2), "{raced:#?}");
    let words = "DATABASE_URL or MYSQL_HOST and MYSQL_TCP_PORT lead";
    assert!(raced.said.contains(words), "{raced:#?}");
    let encrypted = "pymysql.connect(host=os.environ['MYSQL_HOST'], \
                     port=int(os.environ['MYSQL_TCP_PORT']), user='x', ssl={'ca': None})";
    let command = [
        PYTHON.as_str(),
        "-c",
        &format!("import os, pymysql; {encrypted}"),
    ];
    let raced = race("mariadb", &SHOP, &command);
    assert_eq!(raced.exit, Some(2), "{raced:#?}");
}

#[test]
fn an_address_that_cannot_be_copied_is_refused_without_its_password() {
    let raced = race("mysql://me:s3cret@127.0.0.1:9/shop", &[], &["true"]);
    assert_eq!(raced.exit, Some(3), "{raced:#?}");
    assert!(!raced.said.contains("s3cret"), "{raced:#?}");
    assert_eq!(raced.said.trim().lines().count(), 1, "{raced:#?}");
}
