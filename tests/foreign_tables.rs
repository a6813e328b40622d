//! Nothing of the user's is touched.

mod common;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use predicates::str::contains;

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
        vec!["run", "--strategy", "optimistic", "--no-control"],
        vec!["run", "--strategy", "buckets", "--no-control"],
        vec!["run", "--strategy", "unit-rows", "--no-control"],
        vec!["run", "--strategy", "procedure", "--no-control"],
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
        .args(["run", "--strategy", "atomic", "--database", &name])
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
