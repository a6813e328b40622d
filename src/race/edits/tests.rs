//! Texts in the place of others, and what is looked for where.

use std::collections::BTreeMap;

use super::read_values::{keeping, value_read};
use super::rewrite::{Reader, Rewrite};
use super::table::Table;
use super::with_level;
use crate::db::IsolationLevel;

fn stock() -> Table {
    Table {
        schema: "public".to_owned(),
        name: "Stock".to_owned(),
        columns: ["id", "Units"].map(str::to_owned).to_vec(),
        key: vec!["id".to_owned()],
    }
}

fn for_people(rewrite: &Rewrite, sql: &str) -> Option<String> {
    rewrite.of(sql, Reader::Person)
}

#[test]
fn a_select_of_rows_locks_them_and_one_of_groups_cannot() {
    let lock = Rewrite::Lock("FOR UPDATE");
    assert_eq!(
        for_people(&lock, "SELECT a FROM t WHERE id = $1 LIMIT 1;").as_deref(),
        Some("SELECT a FROM t WHERE id = $1 LIMIT 1 FOR UPDATE")
    );
    for sql in [
        "SELECT count(*) FROM t",
        "SELECT max(a) + 1 FROM t",
        "SELECT DISTINCT a FROM t",
        "SELECT a FROM t GROUP BY a",
        "SELECT a FROM t FOR UPDATE",
        "SELECT 1",
        "SELECT a FROM t UNION SELECT a FROM u",
        "UPDATE t SET a = 1",
        "SELECT a FROM t; SELECT a FROM t",
        "no SQL",
    ] {
        assert_eq!(for_people(&lock, sql), None, "{sql}");
    }
}

#[test]
fn only_the_selects_inside_a_statement_lock() {
    let lock = Rewrite::LockInside { skips: true };
    assert_eq!(
        for_people(
            &lock,
            "UPDATE j SET w = 1 WHERE id = (SELECT id FROM j LIMIT 1)"
        )
        .as_deref(),
        Some("UPDATE j SET w = 1 WHERE id = (SELECT id FROM j LIMIT 1 FOR UPDATE SKIP LOCKED)")
    );
    assert_eq!(for_people(&lock, "SELECT id FROM j"), None);
    assert_eq!(for_people(&lock, "UPDATE j SET w = 1"), None);
}

#[test]
fn an_update_heeds_what_was_read() {
    let as_read = Rewrite::AsRead(stock(), vec!["units".to_owned()]);
    let sql = "UPDATE stock SET units = $1 WHERE id = 1 OR id = 2";
    assert_eq!(
        for_people(&as_read, sql).as_deref(),
        Some("UPDATE stock SET units = $1 WHERE (id = 1 OR id = 2) AND units = :units_read")
    );
    let sent = as_read.of(sql, Reader::Server).unwrap();
    assert!(
        sent.contains("-> 'Units') = to_jsonb(stock.units)"),
        "{sent}"
    );
    assert!(
        sent.ends_with("/* lockbench: must find its row */"),
        "{sent}"
    );
    // What it does not set it does not compare.
    assert_eq!(
        for_people(&as_read, "UPDATE stock SET id = 2 WHERE id = 1"),
        None
    );
}

#[test]
fn an_update_takes_from_what_is_there() {
    let differences = BTreeMap::from([("units".to_owned(), -2)]);
    let relative = Rewrite::Relative(stock(), differences.clone());
    let enough = Rewrite::Enough(stock(), differences);
    let sql = "UPDATE stock SET units = 3 WHERE id = 1";
    assert_eq!(
        for_people(&relative, sql).as_deref(),
        Some("UPDATE stock SET units = units - 2 WHERE id = 1")
    );
    assert_eq!(
        for_people(&enough, sql).as_deref(),
        Some("UPDATE stock SET units = units - 2 WHERE id = 1 AND units >= 2")
    );
    assert_eq!(
        for_people(&enough, "UPDATE stock SET units = units - 2").as_deref(),
        Some("UPDATE stock SET units = units - 2 WHERE units - 2 >= 0")
    );
}

#[test]
fn what_a_select_is_about_to_read_is_kept() {
    let kept = keeping(
        "SELECT s.units FROM stock s WHERE s.id = $1 AND s.name = $2 LIMIT 1",
        &["1".to_owned(), "it's".to_owned()],
        &stock(),
    )
    .unwrap();
    assert!(kept.contains("jsonb_object_agg(jsonb_build_array(s.\"id\")::text, to_jsonb(s))"));
    assert!(
        kept.ends_with("FROM stock s WHERE s.id = '1' AND s.name = 'it''s'"),
        "{kept}"
    );
    assert!(value_read("s", &stock(), "a'b").ends_with("-> 'a''b')"));
    assert_eq!(keeping("SELECT 1 FROM a, b", &[], &stock()), None);
    assert_eq!(keeping("UPDATE stock SET units = 1", &[], &stock()), None);
}

#[test]
fn a_level_that_is_named_gives_way() {
    let serializable = |sql: &str| with_level(sql, IsolationLevel::Serializable);
    assert_eq!(
        serializable("begin isolation level read committed").as_deref(),
        Some("begin isolation level SERIALIZABLE")
    );
    assert_eq!(
        with_level(
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
            IsolationLevel::RepeatableRead
        )
        .as_deref(),
        Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    );
    assert_eq!(serializable("BEGIN"), None);
    assert_eq!(serializable("SELECT 'isolation level x'"), None);
}
