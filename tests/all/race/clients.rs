//! Other clients, which speak the protocol in other ways, come to the same counts.

use super::{race_worker, shop};

/// Holds the counts of a client's programs, each as a worker: how often it is wrong, and that nobody
/// fails but who is refused by SERIALIZABLE, in all schedules but those of one after the other.
#[track_caller]
fn assert_counts(program: &str, expected: &[(&str, u64, u64)]) {
    for (how, schedules, broken) in expected {
        let raced = race_worker(&shop(), &[], program, how);
        assert_eq!(raced.counts(), (*schedules, *broken), "{how}: {raced:#?}");
        let failed = match *how {
            "serializable" => schedules - 2,
            _ => 0,
        };
        assert_eq!(raced.result["failed"], failed, "{how}: {raced:#?}");
        if failed > 0 {
            assert_eq!(
                raced.result["refused"]["40001"], failed,
                "{how}: {raced:#?}"
            );
        }
        let verdict = match broken {
            0 => "safe",
            _ => "unsafe",
        };
        assert_eq!(raced.result["verdict"], verdict, "{how}: {raced:#?}");
        let name = &raced.result["witness"]["anomaly"]["name"];
        let known = match (*broken, program, *how) {
            (0, ..) => None,
            // It reads again what it is to write, finds it there, and writes nothing.
            (_, "typeorm_shop.js", _) => Some("non-repeatable-read"),
            // What COPY and a cursor do is not told by a text, and an expression loses nothing.
            (_, _, "copy" | "cursor" | "expression") => None,
            _ => Some("lost-update"),
        };
        assert_eq!(name.as_str(), known, "{how}: {raced:#?}");
    }
}

#[test]
fn psycopg_3() {
    assert_counts(
        "psycopg3_shop.py",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
            ("copy", 24, 22),
        ],
    );
}

/// The cursor is declared and read in steps of their own; the pipeline's two writes are sent at once,
/// and stopped before each row.
#[test]
fn psycopg_3_with_a_cursor_of_the_servers_and_in_a_pipeline() {
    assert_counts(
        "psycopg3_shop.py",
        &[("cursor", 92, 90), ("pipeline", 36, 34)],
    );
}

/// It prepares what it sends, and its pool resets the connection after each use.
#[test]
fn asyncpg() {
    assert_counts(
        "asyncpg_shop.py",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
        ],
    );
}

/// It writes the order first, whose foreign key locks the row of the stock a little.
#[test]
fn sqlalchemy() {
    assert_counts(
        "sqlalchemy_shop.py",
        &[
            ("naive", 50, 48),
            ("for-update", 8, 0),
            ("serializable", 50, 0),
        ],
    );
}

/// What looks, and takes one from what is there by an F() expression, sells as often as what it
/// read; that helps only as the condition of a single UPDATE. Without `atomic` there is no COMMIT
/// to wait for.
#[test]
fn django() {
    assert_counts(
        "django_shop.py",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
            ("autocommit", 16, 12),
            ("expression", 24, 22),
            ("relative", 6, 0),
        ],
    );
}

#[test]
fn node_postgres() {
    assert_counts(
        "node_shop.js",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
        ],
    );
}

/// It prepares by Flush and goes on without a Sync. A pipeline that both writes are sent in is two
/// steps, for each has an end of its own.
#[test]
fn postgres_js() {
    assert_counts(
        "postgresjs_shop.js",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
            ("pipeline", 24, 22),
        ],
    );
}

/// The prototype counted 92 schedules, of which 80 were wrong: there the START TRANSACTION was a
/// step, and here it is none.
#[test]
fn sequelize() {
    assert_counts(
        "sequelize_shop.js",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
        ],
    );
}

/// It reads the row again before it saves, to see what has changed: a step more.
#[test]
fn typeorm() {
    assert_counts(
        "typeorm_shop.js",
        &[
            ("naive", 92, 90),
            ("for-update", 10, 0),
            ("serializable", 92, 0),
        ],
    );
}

#[test]
fn prisma() {
    assert_counts(
        "prisma_shop.js",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
        ],
    );
}

/// Where it is refused, it closes its connection in the failed transaction, and opens another.
#[test]
fn active_record() {
    assert_counts(
        "activerecord_shop.rb",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
        ],
    );
}

/// It sends BEGIN together with what follows.
#[test]
fn jdbc() {
    assert_counts(
        "JdbcShop.java",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
        ],
    );
}

/// By Erlang's own client of Debian's, since Postgrex would have to come from hex.pm.
#[test]
fn elixir() {
    assert_counts(
        "elixir_shop.exs",
        &[
            ("naive", 24, 22),
            ("for-update", 8, 0),
            ("serializable", 24, 0),
        ],
    );
}
