//! A bug of the explorer's, or of the code it explores, cannot look like safety.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult, SqliteConnection};
use lockbench::db::Backend;
use lockbench::explore::{Exploration, ExploreError, Token};
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::strategy::{Guard, Read, Strategy, Write};
use lockbench::model::verdict::Verdict;

use crate::common;
use crate::common::explored::{explore, prepare, two};

/// A strategy of which somebody has broken a part.
fn mutations() -> Vec<Candidate> {
    let none = Overrides::default();
    let no_lock = Overrides {
        read: Some(Read::Plain),
        ..none
    };
    let no_guard = Overrides {
        guard: Some(Guard::None),
        ..none
    };
    let swallowed = Overrides {
        write: Some(Write::IfVersionIgnored),
        ..none
    };
    vec![
        Candidate::sabotaged(Strategy::Pessimistic, no_lock),
        Candidate::sabotaged(Strategy::Nowait, no_lock),
        Candidate::sabotaged(Strategy::Advisory, no_guard),
        Candidate::sabotaged(Strategy::Mutex, no_guard),
        Candidate::sabotaged(Strategy::Optimistic, swallowed),
    ]
}

#[test]
fn a_lock_that_is_dropped_and_a_row_count_that_is_swallowed_are_always_found() {
    let database = common::database(Backend::Postgres);
    for mutation in mutations() {
        let found = explore(&database, &two(mutation.clone()));
        assert_eq!(found.verdict(), Verdict::Unsafe, "{mutation:?}: {found}");
    }
}

#[test]
fn a_witness_replays_to_the_same_result_20_times_of_20() {
    let database = common::database(Backend::Postgres);
    for strategy in [Strategy::Naive, Strategy::Transaction] {
        let witness = explore(&database, &two(strategy))
            .witness
            .expect("a witness");
        for _ in 0..20 {
            let again = prepare(&database, &two(strategy))
                .replay(&witness.replay)
                .expect("a replay");
            assert_eq!(again, witness);
        }
    }
}

#[test]
fn two_explorations_count_the_same() {
    let database = common::database(Backend::Postgres);
    for strategy in [Strategy::Transaction, Strategy::Serializable] {
        let counts = || {
            let found = explore(&database, &two(strategy));
            (
                found.schedules,
                found.broken,
                found.deadlocked,
                found.waited,
                found.final_states,
            )
        };
        assert_eq!(counts(), counts(), "{strategy}");
    }
}

#[test]
fn a_deadlock_is_counted_and_has_the_same_victim_every_time() {
    let database = common::database(Backend::Postgres);
    let wanted = two(lockbench::model::mistake::Mistake::ShareThenUpgrade);
    let (once, again) = (explore(&database, &wanted), explore(&database, &wanted));
    assert!(once.deadlocked > 0, "{once}");
    assert_eq!(once.verdict(), Verdict::Safe);
    assert_eq!(
        (once.schedules, once.deadlocked),
        (again.schedules, again.deadlocked)
    );
    let token: Token = "1.1.2.2.1.2.2.2".parse().expect("a token");
    let replay = || {
        prepare(&database, &wanted)
            .replay(&token)
            .expect("a replay")
    };
    let first = replay();
    assert!(
        first
            .steps
            .iter()
            .any(|step| step.code.as_deref() == Some("40P01")),
        "{first:#?}"
    );
    for _ in 0..5 {
        assert_eq!(replay(), first);
    }
}

#[test]
fn the_same_unlucky_order_is_harmless_with_for_update() {
    let database = common::database(Backend::Postgres);
    let witness = explore(&database, &two(Strategy::Transaction))
        .witness
        .expect("a witness");
    let history = prepare(&database, &two(Strategy::Pessimistic))
        .replay(&witness.replay)
        .expect("a replay");
    assert_eq!(history.broken, None);
    assert!(!history.fell_back.is_empty());
    let waited = history.steps.iter().find(|step| step.blocked_by.is_some());
    let waited = waited.expect("a session that waits");
    assert_eq!(waited.blocked_by.as_deref(), Some(&[1][..]));
    assert_eq!(waited.result.as_deref(), Some("stock = 0, version = 0"));
}

#[test]
fn a_step_tells_what_it_sent_what_came_of_it_and_what_was_left() {
    let database = common::database(Backend::Postgres);
    let witness = explore(&database, &two(Strategy::Naive))
        .witness
        .expect("a witness");
    assert_eq!(witness.steps.len(), 6);
    let first = &witness.steps[0];
    assert!(first.sql.starts_with("SELECT"), "{first:?}");
    assert_eq!(first.binds, ["1"]);
    assert_eq!(first.result.as_deref(), Some("stock = 1, version = 0"));
    assert_eq!(first.state_after.as_deref(), Some("stock 1"));
    assert_eq!(witness.steps[5].state_after.as_deref(), Some("stock 0"));
    assert_eq!(witness.endings, ["sold", "sold"]);
    assert!(witness.broken.is_some());
}

/// Soon, for what never ends; a panic takes its time to print where it came from.
const SOON: Duration = Duration::from_millis(500);
const LATE: Duration = Duration::from_secs(30);

/// Two sessions on PostgreSQL: one that selects, and another.
fn beside(
    patience: Duration,
    other: impl FnMut(&mut PgConnection) -> QueryResult<()> + Send + 'static,
) -> Result<lockbench::explore::Explored, ExploreError> {
    let url = common::postgres_url();
    Exploration::new(move || PgConnection::establish(&url))
        .session(|connection: &mut PgConnection| connection.batch_execute("SELECT 1"))
        .session(other)
        .state(|_| Ok::<_, String>(String::new()))
        .patience(patience)
        .explore()
}

#[test]
fn a_session_that_hangs_fails_with_what_each_was_doing() {
    let hangs = beside(SOON, |connection| {
        connection.batch_execute("SELECT 2")?;
        thread::sleep(Duration::from_secs(3600));
        Ok(())
    });
    let Err(error @ ExploreError::Stuck { .. }) = hangs else {
        panic!("{hangs:?}");
    };
    let said = error.to_string();
    assert!(
        said.contains("session 2: in its own code, after SELECT 2"),
        "{said}"
    );
    assert!(said.contains("session 1: "), "{said}");

    let slow = beside(SOON, |connection| {
        connection.batch_execute("SELECT pg_sleep(3600)")
    });
    let said = slow.expect_err("it hangs").to_string();
    assert!(
        said.contains("session 2: waiting for the answer to SELECT pg_sleep(3600)"),
        "{said}"
    );
}

#[test]
fn a_session_whose_statements_go_elsewhere_is_an_error() {
    let silent = beside(LATE, |_| Ok(()));
    assert_eq!(silent.unwrap_err(), ExploreError::Silent(2));
}

#[test]
fn a_session_that_panics_has_ended_and_the_next_schedule_goes_on() {
    let found = beside(LATE, |connection| {
        connection.batch_execute("SELECT 2")?;
        panic!("on purpose");
    })
    .expect("an exploration");
    assert_eq!(found.schedules, 2);
    assert!(
        found.final_states[0]
            .state
            .to_string()
            .contains("it panicked: on purpose"),
        "{found}"
    );
}

#[test]
fn a_transaction_that_is_left_open_does_not_reach_into_the_next_schedule() {
    let url = common::postgres_url();
    common::postgres(&url)
        .batch_execute("CREATE TABLE t (x INT)")
        .expect("a table");
    let found = Exploration::new(move || PgConnection::establish(&url))
        .reset(|connection: &mut PgConnection| connection.batch_execute("TRUNCATE t"))
        .session(|connection| {
            connection
                .batch_execute("BEGIN")
                .and_then(|()| connection.batch_execute("INSERT INTO t VALUES (1)"))
        })
        .session(|connection| connection.batch_execute("INSERT INTO t VALUES (2)"))
        .invariant(|_| Ok::<_, String>(true))
        .explore()
        .expect("an exploration");
    assert_eq!((found.schedules, found.left_open), (3, 3));
    assert_eq!(found.verdict(), Verdict::Inconclusive);
}

#[test]
fn a_schedule_without_end_is_cut_off_and_nothing_is_called_safe() {
    let url = common::postgres_url();
    let found = Exploration::new(move || PgConnection::establish(&url))
        .session(|connection: &mut PgConnection| {
            loop {
                connection.batch_execute("SELECT 1")?;
            }
            #[allow(unreachable_code)]
            QueryResult::Ok(())
        })
        .session(|connection| connection.batch_execute("SELECT 2"))
        .invariant(|_| Ok::<_, String>(true))
        .longest(5)
        .at_most(3)
        .explore()
        .expect("an exploration");
    assert_eq!((found.schedules, found.cut), (3, 3));
    assert_eq!(found.verdict(), Verdict::Inconclusive);
}

#[test]
fn bounded_and_random_explorations_find_the_race_and_prove_nothing() {
    let database = common::database(Backend::Postgres);
    let bounded = |strategy, most| {
        let exploration = prepare(&database, &two(strategy)).preemptions(most);
        exploration.explore().expect("an exploration")
    };
    assert_eq!(bounded(Strategy::Naive, 0).broken, 0);
    assert!(bounded(Strategy::Naive, 1).broken > 0);
    assert_eq!(
        bounded(Strategy::Pessimistic, 2).verdict(),
        Verdict::Inconclusive
    );
    let random = || {
        let exploration = prepare(&database, &two(Strategy::Naive)).random(50, 7);
        exploration.explore().expect("an exploration")
    };
    let (once, again) = (random(), random());
    assert_eq!(once.schedules, 50);
    assert!(once.broken > 0);
    assert_eq!(once.final_states, again.final_states);
}

#[test]
fn a_sqlite_connection_can_be_explored_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("own.db").display().to_string();
    SqliteConnection::establish(&file)
        .and_then(|mut connection| {
            let made =
                "PRAGMA journal_mode = WAL; CREATE TABLE t (x INT); INSERT INTO t VALUES (0)";
            connection
                .batch_execute(made)
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)
        })
        .expect("a file");
    let add = |connection: &mut SqliteConnection| {
        connection.batch_execute("BEGIN IMMEDIATE")?;
        connection.batch_execute("UPDATE t SET x = x + 1")?;
        connection.batch_execute("COMMIT")
    };
    let found = Exploration::new(move || SqliteConnection::establish(&file))
        .reset(|connection| connection.batch_execute("UPDATE t SET x = 0"))
        .session(add)
        .session(add)
        .invariant(|_| Ok::<_, String>(true))
        .explore()
        .expect("an exploration");
    // Whoever meets the other's lock is refused: at each of the 3 moments at which it is held.
    assert_eq!(found.schedules, 6);
    assert_eq!(found.verdict(), Verdict::Safe);
}
