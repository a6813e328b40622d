//! A "safe" of the explorer's is not founded on what sessions left behind, on evidence that was
//! thrown away, or on statements that never met.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::{AnyConnection, Backend};
use lockbench::explore::{Exploration, ExploreError, Explored, Inspection};
use lockbench::model::verdict::Verdict;

use crate::common;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(connection: &mut AnyConnection, query: &str) -> QueryResult<i64> {
    sql_query(query)
        .get_result::<Number>(connection)
        .map(|found| found.number)
}

/// A database of that kind with a table `t (x)` of one row, 0, and what connects to it.
fn connector(
    backend: Backend,
) -> impl Fn() -> Result<AnyConnection, String> + Send + Sync + 'static {
    let table = "CREATE TABLE t (x BIGINT); INSERT INTO t VALUES (0)";
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("own.db").display().to_string();
    #[cfg(feature = "mysql")]
    let server = (backend == Backend::Mysql).then(common::mariadb::Alone::new);
    let url = match backend {
        Backend::Sqlite => file,
        Backend::Postgres => common::postgres_url(),
        #[cfg(feature = "mysql")]
        Backend::Mysql => server.as_ref().expect("a server").url(),
        #[cfg(not(feature = "mysql"))]
        Backend::Mysql => panic!("this build has no MariaDB"),
    };
    let connect = move || {
        let _kept = &folder;
        #[cfg(feature = "mysql")]
        let _kept = &server;
        match backend {
            Backend::Sqlite => AnyConnection::Sqlite(common::sqlite(&url)),
            Backend::Postgres => AnyConnection::Postgres(common::postgres(&url)),
            #[cfg(feature = "mysql")]
            Backend::Mysql => AnyConnection::Mysql(common::mariadb::connect(&url)),
            #[cfg(not(feature = "mysql"))]
            Backend::Mysql => panic!("this build has no MariaDB"),
        }
    };
    connect().batch_execute(table).expect("a table");
    move || Ok(connect())
}

fn exploration(backend: Backend) -> Exploration<AnyConnection> {
    Exploration::new(connector(backend))
        .reset(|connection| connection.batch_execute("UPDATE t SET x = 0"))
        .patience(Duration::from_secs(30))
}

/// What a session may leave on its connection, and a query for whether it is there: 1 or more.
fn leftovers(backend: Backend) -> &'static [(&'static str, &'static str)] {
    match backend {
        Backend::Postgres => &[
            (
                "SET default_transaction_isolation = 'serializable'",
                "SELECT count(*) AS number FROM (SELECT 1) AS one \
                 WHERE current_setting('default_transaction_isolation') = 'serializable'",
            ),
            (
                "SET my.setting = '1'",
                "SELECT count(*) AS number FROM (SELECT 1) AS one \
                 WHERE current_setting('my.setting', true) IS NOT NULL",
            ),
            (
                "SELECT pg_advisory_lock_shared(7)",
                "SELECT count(*) AS number FROM pg_locks \
                 WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
            ),
            (
                "CREATE TEMPORARY TABLE mine (x BIGINT)",
                "SELECT count(*) AS number FROM pg_class WHERE relname = 'mine' AND pg_table_is_visible(oid)",
            ),
            (
                "PREPARE mine AS SELECT 1",
                "SELECT count(*) AS number FROM pg_prepared_statements WHERE name = 'mine'",
            ),
            (
                "LISTEN news",
                "SELECT count(*) AS number FROM pg_listening_channels()",
            ),
            (
                "SET ROLE pg_monitor",
                "SELECT count(*) AS number FROM (SELECT 1) AS one WHERE current_user = 'pg_monitor'",
            ),
        ],
        Backend::Mysql => &[
            (
                "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                "SELECT CAST(@@tx_isolation = 'SERIALIZABLE' AS SIGNED) AS number",
            ),
            (
                "SET @mine = 1",
                "SELECT CAST(@mine IS NOT NULL AS SIGNED) AS number",
            ),
            (
                "DO GET_LOCK(CONCAT('zz', CONNECTION_ID()), 0)",
                "SELECT CAST(IS_USED_LOCK(CONCAT('zz', CONNECTION_ID())) IS NOT NULL AS SIGNED) AS number",
            ),
            (
                "PREPARE mine FROM 'SELECT 1'",
                "SELECT CAST(variable_value AS SIGNED) AS number \
                 FROM information_schema.SESSION_STATUS WHERE variable_name = 'Com_prepare_sql'",
            ),
        ],
        Backend::Sqlite => &[
            (
                "PRAGMA recursive_triggers = ON",
                "SELECT recursive_triggers AS number FROM pragma_recursive_triggers",
            ),
            (
                "CREATE TEMPORARY TABLE mine (x BIGINT)",
                "SELECT count(*) AS number FROM sqlite_temp_master",
            ),
            (
                "ATTACH ':memory:' AS other",
                "SELECT count(*) AS number FROM pragma_database_list WHERE name = 'other'",
            ),
        ],
    }
}

/// Schedules in which a session found what `leaves` leaves, although nobody had sent it yet.
fn found_again(backend: Backend, leaves: &'static str, look: &'static str, keep: bool) -> u64 {
    let mut exploration = exploration(backend);
    if keep {
        exploration = exploration.keep_connections();
    }
    for _ in 0..2 {
        exploration = exploration.session(move |connection| {
            if number(connection, look).map_err(|error| error.to_string())? > 0 {
                return Err("it was there".to_owned());
            }
            connection
                .batch_execute(leaves)
                .map_err(|error| error.to_string())?;
            match number(connection, look).map_err(|error| error.to_string())? {
                0 => Err("it is not there".to_owned()),
                _ => Ok(()),
            }
        });
    }
    let found = exploration
        .inspect(|_, endings| {
            let wrong = endings.iter().find_map(|ending| ending.clone().err());
            Ok::<_, String>(Inspection {
                broken: wrong,
                ..Inspection::default()
            })
        })
        .explore()
        .expect("an exploration");
    assert_eq!(found.repetitions, 0, "{leaves}: {found}");
    found.broken
}

#[test]
fn nothing_that_a_session_leaves_on_its_connection_reaches_the_next_schedule() {
    for backend in common::backends() {
        for (leaves, look) in leftovers(backend) {
            // An advisory lock is shared by everybody: only who holds it is asked about.
            for keep in [false, true] {
                let again = found_again(backend, leaves, look, keep);
                assert_eq!(again, 0, "{backend}: {leaves}, {keep}");
            }
        }
    }
}

/// Two sessions, of which the first to get a lock writes its number; neither gives it back.
fn first_come(backend: Backend, try_lock: &'static str) -> Explored {
    let mut exploration = exploration(backend);
    for me in [1, 100] {
        exploration = exploration.session(move |connection| {
            if number(connection, try_lock)? == 1 {
                connection.batch_execute(&format!("UPDATE t SET x = {me}"))?;
            }
            QueryResult::Ok(())
        });
    }
    exploration
        .invariant(|connection| number(connection, "SELECT x AS number FROM t").map(|x| x == 1))
        .explore()
        .expect("an exploration")
}

#[test]
fn a_lock_that_is_never_given_back_is_free_again_in_the_next_schedule() {
    let mut cases = vec![(
        Backend::Postgres,
        "SELECT pg_try_advisory_lock(8)::int::bigint AS number",
    )];
    if cfg!(feature = "mysql") {
        cases.push((
            Backend::Mysql,
            "SELECT CAST(GET_LOCK('zz', 0) AS SIGNED) AS number",
        ));
    }
    for (backend, try_lock) in cases {
        let found = first_come(backend, try_lock);
        assert_eq!(
            (found.broken, found.schedules),
            (2, 4),
            "{backend}: {found}"
        );
    }
}

#[test]
fn what_connect_sets_is_there_in_every_schedule() {
    let connect = connector(Backend::Postgres);
    let look = "SELECT current_setting('my.tenant')::bigint AS number";
    let found = Exploration::new(move || {
        let mut connection = connect()?;
        connection
            .batch_execute("SET my.tenant = '7'; SET search_path = public, pg_catalog")
            .map_err(|error| error.to_string())?;
        Ok::<_, String>(connection)
    })
    .session_that_tells(move |connection| {
        let tenant = number(connection, look)?;
        connection.batch_execute("SET my.tenant = '8'")?;
        QueryResult::Ok(tenant)
    })
    .session_that_tells(move |connection| number(connection, look))
    .state(|_| Ok::<_, String>(String::new()))
    .explore()
    .expect("an exploration");
    assert_eq!(found.final_states.len(), 1, "{found}");
    assert_eq!(found.final_states[0].state.to_string(), "7, 7");
}

#[test]
fn connections_are_kept_only_where_that_was_asked_for_and_nothing_was_left_on_them() {
    for (keep, sends, kept) in [
        (true, "UPDATE t SET x = x + 1", true),
        (true, "SET my.setting = '1'", false),
        (false, "UPDATE t SET x = x + 1", false),
    ] {
        let pids = Arc::new(Mutex::new(BTreeSet::new()));
        let mut exploration = exploration(Backend::Postgres);
        if keep {
            exploration = exploration.keep_connections();
        }
        for _ in 0..2 {
            let pids = Arc::clone(&pids);
            exploration = exploration.session(move |connection| {
                connection.batch_execute(sends)?;
                // `pg_backend_pid` is no plain statement: it is looked up from the table instead.
                let pid = number(
                    connection,
                    "SELECT pid AS number FROM (SELECT pid::bigint FROM pg_stat_activity \
                     WHERE query LIKE '%this very query%' ORDER BY query_start DESC LIMIT 1) AS one",
                )?;
                pids.lock().expect("no panic").insert(pid);
                QueryResult::Ok(())
            });
        }
        let found = exploration
            .state(|_| Ok::<_, String>(String::new()))
            .explore()
            .expect("an exploration");
        let different = pids.lock().expect("no panic").len() as u64;
        let expected = if kept { 2 } else { 2 * found.runs };
        assert_eq!(different, expected, "{keep} {sends}");
    }
}

/// Two sessions that add 1 in a transaction; what each does at its end is `ending`.
fn adding(
    ending: impl Fn(u64, &mut AnyConnection) -> QueryResult<()> + Send + Sync + 'static,
) -> Exploration<AnyConnection> {
    let ending = Arc::new(ending);
    let mut exploration = exploration(Backend::Postgres);
    for _ in 0..2 {
        let ending = Arc::clone(&ending);
        let mut runs = 0;
        exploration = exploration.session(move |connection| {
            runs += 1;
            connection.batch_execute("BEGIN")?;
            connection.batch_execute("UPDATE t SET x = x + 1")?;
            ending(runs, connection)
        });
    }
    exploration.invariant(|connection| {
        number(connection, "SELECT x AS number FROM t").map(|x| match x {
            2 => Ok(()),
            x => Err(format!("2 were added, and there are {x}")),
        })
    })
}

#[test]
fn a_wrong_end_in_a_single_run_is_a_finding_that_says_it_does_not_repeat() {
    // Whichever run it is, of a schedule's first attempt or of a repetition.
    for odd in 2..=14 {
        let found = adding(move |runs, connection| {
            connection.batch_execute(if runs == odd { "ROLLBACK" } else { "COMMIT" })
        })
        .explore()
        .expect("an exploration");
        assert_eq!(found.verdict(), Verdict::Unsafe, "{odd}: {found}");
        assert!(found.broken + found.stray_broken >= 1, "{odd}: {found}");
        assert!(!found.witness_repeats, "{odd}: {found}");
        let witness = found.witness.as_ref().expect("a witness");
        let sent: Vec<&str> = witness.steps.iter().map(|step| step.sql.as_str()).collect();
        assert!(sent.contains(&"ROLLBACK"), "{odd}: {sent:?}");
        let said = found.to_string();
        assert!(
            said.contains("did not fail when it was run again"),
            "{odd}: {said}"
        );
    }
}

#[test]
fn sessions_that_do_not_repeat_themselves_leave_the_answer_open() {
    let found = adding(|runs, connection| {
        if runs == 9 {
            connection.batch_execute("SELECT 1")?;
        }
        connection.batch_execute("COMMIT")
    })
    .explore()
    .expect("an exploration");
    assert!(found.divergences > 0, "{found}");
    assert_eq!(found.verdict(), Verdict::Inconclusive, "{found}");
    let reason = found.reason().expect("a reason");
    assert!(
        reason.starts_with("the sessions are not deterministic: at step"),
        "{reason}"
    );
    // One that never does ends the exploration, with what was found until then.
    let found = adding(|runs, connection| {
        connection.batch_execute(&format!("SELECT {runs}"))?;
        connection.batch_execute("COMMIT")
    })
    .explore()
    .expect("an exploration");
    assert_eq!(found.verdict(), Verdict::Inconclusive, "{found}");
    assert!(found.runs >= 20, "{found}");
}

#[test]
fn a_missing_reset_is_suggested_where_nothing_repeats() {
    let mut exploration = Exploration::new(connector(Backend::Postgres));
    for _ in 0..2 {
        exploration = exploration.session(|connection| {
            if number(connection, "SELECT x AS number FROM t")? < 3 {
                connection.batch_execute("UPDATE t SET x = x + 1")?;
            }
            QueryResult::Ok(())
        });
    }
    let found = exploration
        .invariant(|_| Ok::<_, String>(true))
        .explore()
        .expect("an exploration");
    let said = found.to_string();
    assert!(said.contains("no `reset`"), "{said}");
}

#[test]
fn the_witness_is_a_run_that_broke_the_invariant_whatever_the_state_says() {
    for with_state in [false, true] {
        let mut exploration = exploration(Backend::Postgres);
        for _ in 0..2 {
            exploration = exploration.session(|connection| {
                let x = number(connection, "SELECT x AS number FROM t")?;
                connection.batch_execute(&format!("UPDATE t SET x = {}", x + 1))
            });
        }
        if with_state {
            exploration = exploration.state(|_| Ok::<_, String>("as ever".to_owned()));
        }
        let found = exploration
            .invariant(|connection| {
                let x = number(connection, "SELECT x AS number FROM t")?;
                QueryResult::Ok(if x == 2 { Ok(()) } else { Err("one is lost") })
            })
            .explore()
            .expect("an exploration");
        assert_eq!((found.broken, found.schedules), (4, 6), "{found}");
        assert!(found.witness_repeats);
        let witness = found.witness.as_ref().expect("a witness");
        assert_eq!(witness.broken.as_deref(), Some("one is lost"));
        assert!(found.to_string().contains("\none is lost\n"), "{found}");
    }
}

#[test]
fn statements_that_never_overlapped_prove_nothing() {
    for backend in common::backends() {
        let mut exploration = exploration(backend);
        for _ in 0..2 {
            exploration = exploration.session(|connection| {
                connection.batch_execute(
                    "INSERT INTO t SELECT 1 FROM t WHERE x = 0 \
                     AND NOT EXISTS (SELECT 1 FROM t WHERE x = 1)",
                )
            });
        }
        let found = exploration
            .invariant(|_| Ok::<_, String>(true))
            .explore()
            .expect("an exploration");
        assert_eq!(found.schedules, 2);
        assert_eq!(found.verdict(), Verdict::Inconclusive, "{backend}: {found}");
        let failure = std::panic::catch_unwind(|| found.assert_safe()).expect_err("not safe");
        let message = failure.downcast_ref::<String>().expect("a message");
        assert!(
            message.contains("these statements never overlapped; each was treated as atomic"),
            "{message}"
        );
        // SQLite has one writer at a time.
        let taken = match backend {
            Backend::Sqlite => "whole statements",
            _ => "statements taken as instants",
        };
        let limits = format!("{taken}; it proves nothing about others");
        assert!(message.contains(&limits), "{message}");
    }
}

#[test]
fn a_statement_that_reads_and_writes_outside_a_transaction_proves_nothing() {
    let insert = "INSERT INTO t SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM t WHERE x = 1)";
    for (in_transaction, verdict) in [(false, Verdict::Inconclusive), (true, Verdict::Unsafe)] {
        let mut exploration = exploration(Backend::Postgres)
            .reset(|connection| connection.batch_execute("DELETE FROM t"));
        for _ in 0..2 {
            exploration = exploration.session(move |connection| {
                connection.batch_execute(if in_transaction { "BEGIN" } else { "SELECT 1" })?;
                connection.batch_execute(insert)?;
                if in_transaction {
                    connection.batch_execute("COMMIT")?;
                }
                QueryResult::Ok(())
            });
        }
        let found = exploration
            .invariant(|connection| {
                number(connection, "SELECT count(*) AS number FROM t").map(|rows| rows == 1)
            })
            .explore()
            .expect("an exploration");
        assert_eq!(found.verdict(), verdict, "{found}");
        if !in_transaction {
            let reason = found.reason().expect("a reason");
            assert!(reason.contains("was treated as atomic"), "{reason}");
            assert_eq!(found.instants, [insert]);
        }
    }
}

#[test]
fn an_exploration_that_could_find_nothing_is_refused() {
    let add = |connection: &mut AnyConnection| connection.batch_execute("UPDATE t SET x = x + 1");
    let blind = exploration(Backend::Sqlite).session(add).session(add);
    assert_eq!(blind.explore().unwrap_err(), ExploreError::NothingLooks);
    let alone = exploration(Backend::Sqlite)
        .session(add)
        .invariant(|_| Ok::<_, String>(true));
    assert_eq!(alone.explore().unwrap_err(), ExploreError::OneSession);
    let nobody = exploration(Backend::Sqlite).invariant(|_| Ok::<_, String>(true));
    assert_eq!(nobody.explore().unwrap_err(), ExploreError::NoSessions);
    // Final states alone are listed, and nothing says that they are right.
    let listed = exploration(Backend::Postgres)
        .session(move |connection| {
            connection.batch_execute("SELECT 1")?;
            add(connection)
        })
        .session(add)
        .state(|connection| number(connection, "SELECT x AS number FROM t").map(|x| x.to_string()))
        .explore()
        .expect("an exploration");
    assert_eq!(listed.verdict(), Verdict::Inconclusive, "{listed}");
    assert_eq!(listed.final_states[0].state.to_string(), "2");
}

#[test]
fn a_forgotten_commit_is_an_ending_of_its_own() {
    let mut kinds = vec![
        (Backend::Sqlite, "BEGIN"),
        (Backend::Postgres, "BEGIN"),
        (Backend::Postgres, "START TRANSACTION"),
    ];
    if cfg!(feature = "mysql") {
        kinds.push((Backend::Mysql, "START TRANSACTION"));
        kinds.push((Backend::Mysql, "SET autocommit = 0"));
    }
    for (backend, begin) in kinds {
        let mut exploration = exploration(backend);
        for _ in 0..2 {
            exploration = exploration.session(move |connection| {
                connection.batch_execute(begin)?;
                number(connection, "SELECT x AS number FROM t").map(drop)
            });
        }
        let found = exploration
            .invariant(|_| Ok::<_, String>(true))
            .explore()
            .expect("an exploration");
        assert_eq!(
            found.verdict(),
            Verdict::Inconclusive,
            "{backend} {begin}: {found}"
        );
        assert_eq!(found.left_open, found.runs, "{backend} {begin}");
        assert!(
            found.final_states[0]
                .state
                .to_string()
                .contains("it left its transaction open"),
            "{found}"
        );
    }
}

#[test]
fn a_lock_that_a_session_has_left_is_a_finding_with_its_schedule() {
    let mut cases = vec![(Backend::Postgres, "SELECT pg_advisory_lock(8)")];
    if cfg!(feature = "mysql") {
        cases.push((Backend::Mysql, "DO GET_LOCK('left', 100)"));
    }
    for (backend, lock) in cases {
        let explore = || {
            let mut exploration = exploration(backend).patience(Duration::from_secs(3));
            for _ in 0..2 {
                exploration = exploration.session(move |connection| {
                    connection.batch_execute(lock)?;
                    connection.batch_execute("UPDATE t SET x = x + 1")
                });
            }
            exploration.invariant(|connection| {
                number(connection, "SELECT x AS number FROM t").map(|x| x == 2)
            })
        };
        let found = explore().explore().expect("an exploration");
        assert_eq!(found.broken, found.schedules, "{backend}: {found}");
        assert_eq!(found.hung, found.schedules, "{backend}: {found}");
        let wrong = "session 2 waits forever for a lock left behind by session 1";
        let witness = found.witness.as_ref().expect("a witness");
        assert_eq!(witness.broken.as_deref(), Some(wrong), "{backend}: {found}");
        assert!(found.witness_repeats);
        let again = explore().replay(&witness.replay).expect("a replay");
        assert_eq!(again.broken.as_deref(), Some(wrong), "{backend}");
    }
}

#[test]
fn an_invariant_that_could_not_look_is_an_error_and_not_a_broken_schedule() {
    let misspelt = "SELECT y AS number FROM t";
    for backend in common::backends() {
        let sessions = || {
            let mut exploration = exploration(backend);
            for _ in 0..2 {
                exploration = exploration.session(|connection| {
                    number(connection, "SELECT x AS number FROM t")?;
                    number(connection, "SELECT x AS number FROM t").map(drop)
                });
            }
            exploration
        };
        let by_invariant = sessions()
            .invariant(move |connection| number(connection, misspelt).map(|x| x == 0))
            .explore();
        let by_state = sessions()
            .state(move |connection| number(connection, misspelt).map(|x| x.to_string()))
            .explore();
        for found in [by_invariant, by_state] {
            let Err(ExploreError::Inspect(words)) = found else {
                panic!("{backend}: {found:?}");
            };
            assert!(words.contains('y'), "{words}");
        }
    }
}

#[test]
fn a_panic_is_told_as_an_ending_with_its_place() {
    let found = exploration(Backend::Postgres)
        .session(|connection| {
            connection.batch_execute("BEGIN")?;
            connection.batch_execute("UPDATE t SET x = 5")?;
            panic!("on purpose");
            #[allow(unreachable_code)]
            QueryResult::Ok(())
        })
        .session(|connection| connection.batch_execute("UPDATE t SET x = x + 1"))
        .state(|connection| number(connection, "SELECT x AS number FROM t").map(|x| x.to_string()))
        .inspect(|_, endings| {
            let Err(words) = &endings[0] else {
                return Err("it did not panic");
            };
            assert!(
                words.contains("it panicked: on purpose (tests/all/explore/evidence.rs:"),
                "{words}"
            );
            Ok(Inspection::default())
        })
        .explore()
        .expect("an exploration");
    // What it had changed is rolled back before the next schedule, and in this one.
    assert_eq!(found.final_states.len(), 1, "{found}");
    assert_eq!(found.final_states[0].state.to_string(), "1");
    assert_eq!(found.verdict(), Verdict::Inconclusive, "{found}");
}

/// Two sessions that add 1, and take a time limit that ran out for an answer.
fn impatient(limit: &'static str) -> Exploration<AnyConnection> {
    let mut exploration = exploration(Backend::Postgres);
    for _ in 0..2 {
        exploration = exploration.session_that_tells(move |connection| {
            connection.batch_execute("BEGIN")?;
            connection.batch_execute(&format!("SET LOCAL lock_timeout = '{limit}'"))?;
            let added = connection.batch_execute("UPDATE t SET x = x + 1");
            connection.batch_execute(if added.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
            QueryResult::Ok(if added.is_ok() { "added" } else { "gave up" })
        });
    }
    exploration
        .invariant(|connection| number(connection, "SELECT x AS number FROM t").map(|x| x == 2))
}

#[test]
fn a_session_that_waits_gives_up_where_that_is_asked_for_and_the_report_says_where_it_is_not() {
    let never = impatient("400ms").explore().expect("an exploration");
    assert_eq!(
        (never.broken, never.verdict()),
        (0, Verdict::Safe),
        "{never}"
    );
    assert!(never.timeouts_unreached);
    assert!(
        never
            .to_string()
            .contains("(55P03, 57014, 1205) was not explored"),
        "{never}"
    );

    let longest = Duration::from_secs(5);
    let explore = || impatient("400ms").timeouts(longest);
    let found = explore().explore().expect("an exploration");
    assert!(
        found.schedules > never.schedules && found.broken > 0,
        "{found}"
    );
    assert!(!found.timeouts_unreached, "{found}");
    let witness = found.witness.as_ref().expect("a witness");
    assert!(found.witness_repeats, "{found}");
    let gives_up = witness
        .steps
        .iter()
        .find(|step| step.sql == "-- gives up waiting");
    assert!(gives_up.is_some(), "{found}");
    let refused = witness.steps.iter().find(|step| step.failed);
    assert_eq!(
        refused.and_then(|step| step.code.as_deref()),
        Some("55P03"),
        "{found}"
    );
    let again = explore().replay(&witness.replay).expect("a replay");
    assert_eq!(again.replay, witness.replay);
    assert!(again.broken.is_some());

    // Without a limit nobody gives up, and the schedules are the same as ever.
    let patient = impatient("0").timeouts(Duration::from_millis(50));
    let patient = patient.explore().expect("an exploration");
    assert_eq!(
        (patient.broken, patient.schedules),
        (0, never.schedules),
        "{patient}"
    );
    assert_eq!(patient.verdict(), Verdict::Safe, "{patient}");
}
