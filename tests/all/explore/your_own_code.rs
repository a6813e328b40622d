//! Your own code, explored: tables and code that know nothing of lockbench.
//!
//! `transfer` moves money between two accounts, the way it is often written: read, check,
//! write. The test of it fails, with the schedule in which money is lost. The test of the
//! version that locks what it reads passes. docs/explore-your-own-code.md walks through it.

// `table!` writes public items without documentation.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use lockbench::explore::{Coverage, Exploration, Explored, Token};
use lockbench::model::verdict::Verdict;

use crate::common;

diesel::table! {
    accounts (id) {
        id -> BigInt,
        balance -> BigInt,
    }
}

const ALICE: i64 = 1;
const BOB: i64 = 2;

/// Takes `amount` from Alice and gives it to Bob, if she has as much.
fn transfer(connection: &mut PgConnection, amount: i64, lock: bool) -> QueryResult<()> {
    connection.transaction(|connection| {
        let mine = accounts::table.find(ALICE).select(accounts::balance);
        let balance: i64 = if lock {
            mine.for_update().first(connection)?
        } else {
            mine.first(connection)?
        };
        if balance < amount {
            return Ok(());
        }
        diesel::update(accounts::table.find(ALICE))
            .set(accounts::balance.eq(balance - amount))
            .execute(connection)?;
        diesel::update(accounts::table.find(BOB))
            .set(accounts::balance.eq(accounts::balance + amount))
            .execute(connection)?;
        Ok(())
    })
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

/// No transfer makes money or destroys it.
fn money_is_kept(connection: &mut PgConnection) -> QueryResult<Result<(), String>> {
    let Sum { sum } = diesel::sql_query("SELECT sum(balance)::bigint AS sum FROM accounts")
        .get_result(connection)?;
    Ok(if sum == 100 {
        Ok(())
    } else {
        Err(format!(
            "there were 100 in all accounts, and now there are {sum}"
        ))
    })
}

fn explore(lock: bool) -> Explored {
    let url = common::postgres_url();
    common::postgres(&url)
        .batch_execute("CREATE TABLE accounts (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL)")
        .expect("a table");
    Exploration::new(move || PgConnection::establish(&url))
        .reset(|connection| {
            connection
                .batch_execute("DELETE FROM accounts; INSERT INTO accounts VALUES (1, 100), (2, 0)")
        })
        .session(move |connection| transfer(connection, 60, lock))
        .session(move |connection| transfer(connection, 60, lock))
        .invariant(money_is_kept)
        .explore()
        .expect("an exploration")
}

#[test]
fn a_transfer_that_reads_and_then_writes_is_caught_with_the_schedule_that_shows_it() {
    let found = explore(false);
    let failure = std::panic::catch_unwind(|| found.assert_safe()).expect_err("it is not safe");
    let message = failure.downcast_ref::<String>().expect("a message");
    assert!(message.contains("there were 100 in all accounts, and now there are 160"));
    assert!(message.contains("session 1                              session 2"));
    assert!(message.contains("UPDATE accounts SET balance = 40"));
    assert!(
        message.lines().all(|line| line.chars().count() <= 80),
        "{message}"
    );
}

#[test]
fn a_transfer_that_locks_what_it_reads_is_safe_in_every_schedule() {
    let found = explore(true);
    found.assert_safe();
    assert_eq!(found.verdict(), Verdict::Safe);
    assert!(found.waited > 0);
}

/// The balances of both accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Balances(i64, i64);

impl std::fmt::Display for Balances {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} and {}", self.0, self.1)
    }
}

fn balances(connection: &mut PgConnection) -> QueryResult<Balances> {
    let left = accounts::table.find(1).select(accounts::balance);
    let right = accounts::table.find(2).select(accounts::balance);
    Ok(Balances(left.first(connection)?, right.first(connection)?))
}

#[test]
fn a_state_can_be_told_as_a_type_of_ones_own() {
    let url = common::postgres_url();
    common::postgres(&url)
        .batch_execute("CREATE TABLE accounts (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL)")
        .expect("a table");
    let found = Exploration::with_state(move || PgConnection::establish(&url))
        .reset(|connection| {
            connection
                .batch_execute("DELETE FROM accounts; INSERT INTO accounts VALUES (1, 100), (2, 0)")
        })
        .session(|connection| transfer(connection, 60, false))
        .session(|connection| transfer(connection, 60, false))
        .state(balances)
        .watch(balances)
        .invariant(money_is_kept)
        .explore()
        .expect("an exploration");
    let seen: Vec<_> = found.final_states.iter().collect();
    let told: Vec<_> = seen.iter().map(|seen| seen.state.state()).collect();
    assert_eq!(
        told,
        [Some(&Balances(40, 120)), Some(&Balances(40, 60))],
        "{found}"
    );
    let witness = found.witness.as_ref().expect("a witness");
    assert_eq!(witness.state.state(), Some(&Balances(40, 120)));
    assert_eq!(witness.states.len(), witness.steps.len());
    assert_eq!(witness.states[0], Some(Balances(100, 0)));
    let last = witness
        .steps
        .last()
        .and_then(|step| step.state_after.as_deref());
    assert_eq!(last, Some("40 and 120"));
    assert!(
        found.to_string().contains("× 40 and 120: there were 100"),
        "{found}"
    );
}

/// Three transfers at once, which have far more schedules than there is time for.
fn three_transfers() -> Exploration<PgConnection> {
    let url = common::postgres_url();
    common::postgres(&url)
        .batch_execute("CREATE TABLE accounts (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL)")
        .expect("a table");
    Exploration::new(move || PgConnection::establish(&url))
        .reset(|connection| {
            connection
                .batch_execute("DELETE FROM accounts; INSERT INTO accounts VALUES (1, 100), (2, 0)")
        })
        .session(|connection| transfer(connection, 60, false))
        .session(|connection| transfer(connection, 60, false))
        .session(|connection| transfer(connection, 60, false))
        .invariant(money_is_kept)
}

#[test]
fn an_exploration_that_ran_out_of_time_gives_what_it_found_and_is_never_safe() {
    let found = three_transfers()
        .for_at_most(Duration::from_millis(300))
        .explore()
        .expect("a part of an exploration");
    assert_eq!(found.coverage, Coverage::Part);
    assert!(found.schedules > 0, "{found}");
    assert_ne!(found.verdict(), Verdict::Safe);
    let none = three_transfers().for_at_most(Duration::ZERO);
    let none = none.explore().expect("nothing");
    assert_eq!((none.schedules, none.verdict()), (0, Verdict::Inconclusive));
}

/// Run by the next test, and ended by it in the middle.
#[test]
#[ignore = "it takes two minutes, and another test ends it in the middle"]
fn too_long() {
    let found = three_transfers()
        .progress_after(Duration::from_millis(50))
        .for_at_most(Duration::from_secs(120))
        .explore();
    assert!(found.is_ok(), "{found:?}");
}

#[test]
fn a_long_exploration_that_is_killed_leaves_what_it_found_on_stderr() {
    let name = common::test_name(module_path!(), "too_long");
    let mut long = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "--include-ignored", &name])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this program once more");
    let said = BufReader::new(long.stderr.take().expect("a pipe"));
    let line = said
        .lines()
        .map_while(Result::ok)
        .find(|line| line.contains("the shortest is"));
    long.kill().expect("it runs");
    long.wait().expect("its end");
    let line = line.expect("how far it is");
    let (told, token) = line
        .rsplit_once(" of them broken, the shortest is ")
        .unwrap_or_else(|| panic!("{line}"));
    assert!(told.starts_with(&format!("lockbench: {name}: ")), "{line}");
    let token: Token = token.parse().expect("a token");
    let history = three_transfers().replay(&token).expect("the same schedule");
    assert!(history.broken.is_some(), "{history:?}");
}
