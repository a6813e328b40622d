//! Your own code, explored: tables and code that know nothing of lockbench.
//!
//! `transfer` moves money between two accounts, the way it is often written: read, check,
//! write. The test of it fails, with the schedule in which money is lost. The test of the
//! version that locks what it reads passes. docs/explore-your-own-code.md walks through it.

// `table!` writes public items without documentation.
#![allow(missing_docs)]

mod common;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use lockbench::explore::{Exploration, Explored};
use lockbench::verdict::Verdict;

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
fn money_is_kept(connection: &mut PgConnection) -> Result<(), String> {
    let Sum { sum } = diesel::sql_query("SELECT sum(balance)::bigint AS sum FROM accounts")
        .get_result(connection)
        .map_err(|error| error.to_string())?;
    if sum == 100 {
        Ok(())
    } else {
        Err(format!(
            "there were 100 in all accounts, and now there are {sum}"
        ))
    }
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
