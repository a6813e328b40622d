//! Programs of the corpus in Rust, by diesel on MariaDB.

use std::fs::File;
use std::io::{Write, stdin};

use diesel::prelude::*;

use super::super::{Raced, race, shell_quoted};
use super::SET_UP;
use crate::common;
use crate::common::mariadb::connect;

diesel::table! {
    coupons (id) {
        id -> Integer,
        most -> Integer,
    }
}

diesel::table! {
    claims (id) {
        id -> BigInt,
        coupon -> Integer,
        member -> Integer,
    }
}

diesel::table! {
    posts (id) {
        id -> Integer,
        replies -> Integer,
    }
}

diesel::table! {
    comments (id) {
        id -> BigInt,
        post -> Integer,
    }
}

/// Claims of a coupon are counted, and one is inserted.
fn count(connection: &mut MysqlConnection, locks: bool) -> QueryResult<()> {
    let coupon = coupons::table.find(1).select(coupons::most);
    let most: i32 = match locks {
        true => coupon.for_update().first(connection)?,
        false => coupon.first(connection)?,
    };
    let claimed = claims::table.filter(claims::coupon.eq(1)).count();
    if claimed.get_result::<i64>(connection)? < most.into() {
        let claim = (claims::coupon.eq(1), claims::member.eq(7));
        let claim = diesel::insert_into(claims::table).values(claim);
        claim.execute(connection)?;
    }
    Ok(())
}

fn comment(connection: &mut MysqlConnection) -> QueryResult<()> {
    let comment = diesel::insert_into(comments::table).values(comments::post.eq(1));
    comment.execute(connection).map(drop)
}

fn lock_post(connection: &mut MysqlConnection) -> QueryResult<()> {
    let post = posts::table.find(1).select(posts::replies).for_update();
    post.first::<i32>(connection).map(drop)
}

fn count_reply(connection: &mut MysqlConnection) -> QueryResult<()> {
    let post = diesel::update(posts::table.find(1));
    let more = post.set(posts::replies.eq(posts::replies + 1));
    more.execute(connection).map(drop)
}

fn work(connection: &mut MysqlConnection, how: &str) -> QueryResult<()> {
    connection.transaction(|connection| match how {
        "count" => count(connection, false),
        "count-locked" => count(connection, true),
        "child-then-parent" => {
            comment(connection)?;
            lock_post(connection)?;
            count_reply(connection)
        }
        "parent-then-child" => {
            lock_post(connection)?;
            comment(connection)?;
            count_reply(connection)
        }
        _ => panic!("{how}"),
    })
}

const HOW: &str = "LOCKBENCH_TEST_CORPUS";

/// Where the worker answers: its standard output is the test harness's.
const ANSWERS: &str = "/dev/fd/3";

#[test]
#[ignore = "it is a program that the corpus races"]
fn program() {
    let how = std::env::var(HOW).expect("a program");
    let url = std::env::var("DATABASE_URL").expect("race's port");
    let mut connection = connect(&url);
    let answers = File::options().append(true).open(ANSWERS);
    let mut answers = answers.expect("whoever asks");
    writeln!(answers, "ready").expect("whoever asks");
    for _ in stdin().lines() {
        match work(&mut connection, &how) {
            Ok(()) => writeln!(answers, "ok"),
            Err(error) => writeln!(answers, "{error}"),
        }
        .expect("whoever asks");
    }
}

/// Races it.
pub(super) fn raced(how: &str, arguments: &[&str]) -> Raced {
    let program = std::env::current_exe().expect("this program");
    let program = shell_quoted(&program.display().to_string());
    let test = common::test_name(module_path!(), "program");
    let command = format!(
        "exec env {HOW}={how} {program} --exact --include-ignored --nocapture {test} 3>&1 >/dev/null"
    );
    let sessions = ["--worker", "--session", &command, "--session", &command];
    race(
        "mariadb",
        &[&SET_UP, &sessions[..], arguments].concat(),
        &[],
    )
}
