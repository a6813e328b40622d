//! On MariaDB: clients of several languages, none of which knows that it is raced.

use super::{Raced, race_worker};

const SHOP: [&str; 2] = ["--setup", "mariadb_shop.sql"];

/// What a client's programs come to, each as a worker, and in how many schedules one of them is a
/// deadlock's victim.
#[track_caller]
fn assert_counts(program: &str, expected: &[(&str, (u64, u64), u64)]) {
    for (how, counts, deadlocked) in expected {
        let raced = race_worker("mariadb", &SHOP, program, how);
        assert_eq!(raced.counts(), *counts, "{how}: {raced:#?}");
        assert_eq!(raced.result["failed"], *deadlocked, "{how}: {raced:#?}");
        assert_eq!(raced.result["deadlocked"], *deadlocked, "{how}: {raced:#?}");
        if *deadlocked > 0 {
            let refused = &raced.result["refused"]["1213"];
            assert_eq!(*refused, *deadlocked, "{how}: {raced:#?}");
        }
        let exit = i32::from(counts.1 > 0);
        assert_eq!(raced.exit, Some(exit), "{how}: {raced:#?}");
    }
}

/// The usual three: at SERIALIZABLE each reads with a lock that others may have as well, and one
/// of two who want to write then is a deadlock's victim. What it rolls back is gone already, and
/// its ROLLBACK no step.
const USUAL: [(&str, (u64, u64), u64); 3] = [
    ("naive", (24, 22), 0),
    ("for-update", (8, 0), 0),
    ("serializable", (10, 0), 4),
];

#[test]
fn pymysql() {
    assert_counts("pymysql_shop.py", &USUAL);
}

#[test]
fn mysqlclient() {
    assert_counts("mysqlclient_shop.py", &USUAL);
}

/// It writes the order first, whose foreign key locks the row of the stock: two who have done so
/// deadlock.
#[test]
fn sqlalchemy() {
    assert_counts(
        "sqlalchemy_shop.py",
        &[
            ("naive", (30, 16), 12),
            ("for-update", (8, 0), 0),
            ("serializable", (22, 0), 18),
        ],
    );
}

#[test]
fn django() {
    assert_counts("django_shop.py", &USUAL);
}

/// Its statements are prepared, and their values binary.
#[test]
fn mysql2() {
    assert_counts("mysql2_shop.js", &USUAL);
}

#[test]
fn sequelize() {
    assert_counts("sequelize_shop.js", &USUAL);
}

/// It reads the row again before it saves: a step more.
#[test]
fn typeorm() {
    assert_counts(
        "typeorm_shop.js",
        &[
            ("naive", (92, 90), 0),
            ("for-update", (10, 0), 0),
            ("serializable", (24, 0), 18),
        ],
    );
}

#[test]
fn active_record() {
    assert_counts("activerecord_shop.rb", &USUAL);
}

/// A whole witness, with the values of the parameters, and what came of each statement.
fn steps(raced: &Raced) -> Vec<String> {
    let steps = raced.result["witness"]["steps"].as_array();
    let steps = steps.unwrap_or_else(|| panic!("{raced:#?}"));
    let sql =
        |step: &serde_json::Value| format!("{} {} {}", step["sql"], step["binds"], step["result"]);
    steps.iter().map(sql).collect()
}

#[test]
fn parameters_are_shown_with_their_values_and_a_witness_replays() {
    let raced = race_worker("mariadb", &SHOP, "mysql2_shop.js", "naive");
    let sql = steps(&raced).join("\n");
    for shown in [
        r#""SELECT units FROM stock WHERE id = ?" ["1"] "1""#,
        r#""UPDATE stock SET units = ? WHERE id = 1" ["0"] "1 row""#,
        r#""COMMIT" [] "ok""#,
    ] {
        assert!(sql.contains(shown), "{shown}: {sql}");
    }
    let token = raced.result["witness"]["replay"].as_str().expect("a token");
    for _ in 0..20 {
        let arguments = [&SHOP[..], &["--replay", token]].concat();
        let again = race_worker("mariadb", &arguments, "mysql2_shop.js", "naive");
        assert_eq!(again.exit, Some(1), "{again:#?}");
    }
}
