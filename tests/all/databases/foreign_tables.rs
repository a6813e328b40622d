//! Nothing of the user's is touched.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use predicates::str::contains;

use crate::common;

/// Tables with the names of ours, and of diesel's, that belong to somebody else.
const THEIRS: &str = "CREATE TABLE lockbench_items (id BIGINT, mine TEXT); \
     INSERT INTO lockbench_items VALUES (1, 'mine'); \
     CREATE TABLE lockbench_ledger (mine TEXT); \
     INSERT INTO lockbench_ledger VALUES ('mine'); \
     CREATE TABLE lockbench_buckets (mine TEXT); \
     INSERT INTO lockbench_buckets VALUES ('mine'); \
     CREATE TABLE lockbench_units (mine TEXT); \
     INSERT INTO lockbench_units VALUES ('mine'); \
     CREATE FUNCTION lockbench_purchase() RETURNS text LANGUAGE sql AS $$SELECT 'mine'$$; \
     CREATE TABLE lockbench_migrations (mine TEXT); \
     INSERT INTO lockbench_migrations VALUES ('mine'); \
     CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY); \
     INSERT INTO __diesel_schema_migrations VALUES ('20200101000000');";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    found: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[test]
fn tables_of_the_same_names_in_public_are_untouched() {
    let url = common::postgres_url();
    let mut theirs = common::postgres(&url);
    theirs.batch_execute(THEIRS).expect("their tables");
    for arguments in [
        vec!["run", "--yes", "--strategy", "optimistic", "--no-control"],
        vec!["run", "--yes", "--strategy", "buckets", "--no-control"],
        vec!["run", "--yes", "--strategy", "unit-rows", "--no-control"],
        vec!["run", "--yes", "--strategy", "procedure", "--no-control"],
        vec!["explain", "naive"],
        vec!["db", "status"],
        vec!["db", "reset"],
        vec!["db", "drop"],
    ] {
        common::lockbench()
            .args(arguments)
            .env("DATABASE_URL", &url)
            .assert()
            .success();
    }
    let rows = "SELECT string_agg(found, ', ') AS found FROM ( \
        SELECT id || mine AS found FROM public.lockbench_items \
        UNION ALL SELECT mine FROM public.lockbench_ledger \
        UNION ALL SELECT mine FROM public.lockbench_buckets \
        UNION ALL SELECT mine FROM public.lockbench_units \
        UNION ALL SELECT public.lockbench_purchase() \
        UNION ALL SELECT mine FROM public.lockbench_migrations \
        UNION ALL SELECT version FROM public.__diesel_schema_migrations) AS everything";
    let found = sql_query(rows)
        .get_result::<Found>(&mut theirs)
        .expect("their rows");
    assert_eq!(
        found.found,
        "1mine, mine, mine, mine, mine, mine, 20200101000000"
    );
    let schema = "SELECT COUNT(*) AS number FROM pg_namespace WHERE nspname = 'lockbench'";
    let left = sql_query(schema)
        .get_result::<Number>(&mut theirs)
        .expect("a count");
    assert_eq!(left.number, 0, "our schema is gone after `db drop`");
}

#[test]
fn a_users_table_in_our_schema_survives_the_drop() {
    let url = common::postgres_url();
    common::lockbench()
        .args([
            "run",
            "--strategy",
            "atomic",
            "--no-control",
            "--database",
            &url,
        ])
        .assert()
        .success();
    let mut theirs = common::postgres(&url);
    theirs
        .batch_execute("CREATE TABLE lockbench.mine (id BIGINT)")
        .expect("a table of theirs in our schema");
    common::lockbench()
        .args(["db", "drop", "--database", &url])
        .assert()
        .success();
    let tables = "SELECT string_agg(tablename::text, ', ') AS found FROM pg_tables \
        WHERE schemaname = 'lockbench'";
    let left = sql_query(tables)
        .get_result::<Found>(&mut theirs)
        .expect("their table");
    assert_eq!(left.found, "mine");
}

#[test]
fn a_users_sqlite_file_keeps_its_tables_its_journal_mode_and_diesels_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.db");
    let path = path.to_str().expect("a path in UTF-8");
    common::sqlite(path)
        .batch_execute(
            "CREATE TABLE items (id BIGINT, mine TEXT); INSERT INTO items VALUES (1, 'mine'); \
             CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY); \
             INSERT INTO __diesel_schema_migrations VALUES ('20200101000000');",
        )
        .expect("their tables");
    let name = format!("sqlite:{path}");
    common::lockbench()
        .args(["run", "--strategy", "atomic", "--no-control"])
        .args(["--database", &name])
        .assert()
        .success()
        .stdout(contains("journal_mode delete"));
    common::lockbench()
        .args(["db", "status", "--database", &name])
        .assert()
        .success()
        .stdout(contains("lockbench_ledger has"));
    common::lockbench()
        .args(["db", "drop", "--database", &name])
        .assert()
        .success();
    let names = "SELECT group_concat(name, ', ') AS found FROM \
        (SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name)";
    let mut theirs = common::sqlite(path);
    let left = sql_query(names)
        .get_result::<Found>(&mut theirs)
        .expect("their tables");
    assert_eq!(left.found, "__diesel_schema_migrations, items");
    let record = "SELECT group_concat(version, ', ') AS found FROM __diesel_schema_migrations";
    let record = sql_query(record)
        .get_result::<Found>(&mut theirs)
        .expect("their record");
    assert_eq!(record.found, "20200101000000");
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .expect("their folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(files, ["app.db"], "no file of ours is left beside theirs");
}

/// Every command that makes tables, as briefly as it goes.
const MAKE_TABLES: [(&str, &[&str]); 8] = [
    ("run", &["--strategy", "atomic", "--no-control"]),
    ("check", &["--strategies", "atomic", "--rounds", "1"]),
    ("compare", &["--strategies", "atomic", "--max-time", "1s"]),
    ("sweep", &["--axis", "items=1,2", "--max-time", "1s"]),
    ("advise", &["--max-time", "1s"]),
    ("explore", &["--strategy", "naive"]),
    ("anomalies", &["--show", "lost-update"]),
    ("explain", &["atomic"]),
];

/// The commands that look at the tables, and make none.
const LOOK_AT_TABLES: [&str; 3] = ["status", "reset", "drop"];

/// The commands that make a database of their own: a copy, where one is named.
const MAKE_A_COPY: [&str; 1] = ["race"];

#[test]
fn the_table_of_commands_that_make_tables_has_them_all() {
    let command = lockbench::cli::command();
    let names_databases = |command: &&clap::Command| {
        command
            .get_arguments()
            .any(|argument| argument.get_long() == Some("database"))
    };
    let found: Vec<&str> = command
        .get_subcommands()
        .filter(names_databases)
        .map(clap::Command::get_name)
        .collect();
    let (copying, making): (Vec<&str>, Vec<&str>) =
        found.iter().partition(|name| MAKE_A_COPY.contains(name));
    assert_eq!(making, MAKE_TABLES.map(|(name, _)| name));
    assert_eq!(copying, MAKE_A_COPY);
    let db = command.find_subcommand("db").expect("the command");
    let actions: Vec<&str> = db.get_subcommands().map(clap::Command::get_name).collect();
    assert_eq!(actions, LOOK_AT_TABLES);
}

/// Runs every command where `url` stands in the environment alone, and sees to it that none makes
/// tables unasked; `untouched` says whether the database is as it was.
fn assert_asked(url: &str, shown: &str, untouched: &mut dyn FnMut() -> bool) {
    for (name, arguments) in MAKE_TABLES {
        common::lockbench()
            .arg(name)
            .args(arguments)
            .env("DATABASE_URL", url)
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains(format!(
                "DATABASE_URL names {shown}, where lockbench has no tables yet: add --yes"
            )));
        assert!(untouched(), "{name} on {url}");
    }
    // With a word of consent, and once the tables are there, without.
    for consent in [&["--yes"][..], &[]] {
        let done = common::lockbench()
            .args(["explain", "atomic"])
            .args(consent)
            .env("DATABASE_URL", url)
            .assert()
            .success();
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        let first = said.lines().next().expect("a line");
        assert_eq!(first, format!("database: {shown}, from DATABASE_URL"));
        assert!(!untouched(), "the test sees what is touched: {url}");
    }
    for action in LOOK_AT_TABLES {
        common::lockbench()
            .args(["db", action])
            .env("DATABASE_URL", url)
            .assert()
            .success()
            .stderr(contains(format!("database: {shown}, from DATABASE_URL")));
    }
}

#[test]
fn a_postgres_database_that_only_the_environment_names_gets_no_tables_unasked() {
    let url = common::postgres_url();
    let secret = url.replacen("@", ":hunter2@", 1);
    assert_ne!(secret, url, "a URL with a password");
    let shown = secret.replace("hunter2", "***");
    let mut theirs = common::postgres(&url);
    let ours = "SELECT COUNT(*) AS number FROM pg_namespace WHERE nspname = 'lockbench'";
    let mut untouched = || {
        let found = sql_query(ours).get_result::<Number>(&mut theirs);
        found.expect("a count").number == 0
    };
    assert_asked(&secret, &shown, &mut untouched);
    for action in LOOK_AT_TABLES {
        common::lockbench()
            .args(["db", action])
            .env("DATABASE_URL", &url)
            .assert()
            .success()
            .stdout(contains("no lockbench tables"));
        assert!(untouched(), "db {action}");
    }
}

#[cfg(feature = "mysql")]
#[test]
fn a_mariadb_database_that_only_the_environment_names_gets_no_tables_unasked() {
    use diesel::Connection as _;
    let url = common::mariadb::url();
    let mut theirs = diesel::MysqlConnection::establish(&url).expect("the test's own server");
    let ours = "SELECT COUNT(*) AS number FROM information_schema.tables \
        WHERE table_schema = DATABASE()";
    let mut untouched = || {
        let found = sql_query(ours).get_result::<Number>(&mut theirs);
        found.expect("a count").number == 0
    };
    assert_asked(&url, &url, &mut untouched);
}

#[test]
fn a_file_that_only_the_environment_names_gets_no_tables_unasked() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, theirs) in [
        ("missing.db", None),
        ("empty.db", Some("")),
        ("app.db", Some("CREATE TABLE items (id BIGINT)")),
    ] {
        let path = folder.path().join(name);
        let name = path.to_str().expect("a path in UTF-8");
        match theirs {
            None => {}
            Some("") => std::fs::write(&path, "").expect("an empty file"),
            Some(tables) => {
                let mut connection = common::sqlite(name);
                connection.batch_execute(tables).expect("their table");
            }
        }
        let before = std::fs::read(&path).ok();
        let mut untouched = || std::fs::read(&path).ok() == before;
        let url = format!("sqlite:{name}");
        assert_asked(&url, &url, &mut untouched);
    }
}

#[test]
fn what_is_private_or_typed_is_not_asked_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let typed = format!("sqlite:{}", folder.path().join("shop.db").display());
    common::lockbench()
        .args(["explain", "atomic", "--database", &typed])
        .env("DATABASE_URL", "postgres://nobody@nowhere.invalid/none")
        .assert()
        .success()
        .stderr("");
    common::lockbench()
        .args(["explain", "atomic"])
        .env("DATABASE_URL", "sqlite")
        .assert()
        .success()
        .stderr("database: sqlite (private, and removed at the end), from DATABASE_URL\n");
    for nothing in [None, Some("")] {
        let mut command = common::lockbench();
        command.args(["explain", "atomic"]);
        nothing.map(|value| command.env("DATABASE_URL", value));
        command.assert().success().stderr("");
    }
}
