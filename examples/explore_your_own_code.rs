//! Runs two sessions of your own diesel code in every possible order, on SQLite:
//! `cargo run --example explore_your_own_code`.

// Printing is its purpose.
#![allow(clippy::print_stdout, missing_docs)]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use lockbench::explore::{Exploration, begin_again, note};

diesel::table! {
    seats (id) {
        id -> Integer,
        taken_by -> Nullable<Integer>,
    }
}

/// Takes the seat if it is free: read, check, write.
fn reserve(connection: &mut SqliteConnection, guest: i32) -> QueryResult<()> {
    let taken: Option<i32> = seats::table
        .find(1)
        .select(seats::taken_by)
        .first(connection)?;
    // Shown beside the statement in the timeline.
    note(format!("taken by {taken:?}"));
    if taken.is_none() {
        diesel::update(seats::table.find(1))
            .set(seats::taken_by.eq(guest))
            .execute(connection)?;
        diesel::sql_query(format!("INSERT INTO tickets VALUES ({guest})")).execute(connection)?;
    }
    Ok(())
}

/// The same as one transaction. Where the result would not be serializable, SQLite refuses it, and
/// the whole transaction is retried.
fn reserve_safely(connection: &mut SqliteConnection, guest: i32) -> QueryResult<()> {
    loop {
        match connection.transaction(|connection| reserve(connection, guest)) {
            Err(error) if error.to_string().contains("locked") => begin_again(),
            outcome => return outcome,
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("seats.db").display().to_string();
    SqliteConnection::establish(&file)?.batch_execute(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE seats (id INTEGER PRIMARY KEY, taken_by INTEGER);
         CREATE TABLE tickets (guest INTEGER NOT NULL);
         INSERT INTO seats VALUES (1, NULL)",
    )?;
    for (name, work) in [
        (
            "reserve",
            reserve as fn(&mut SqliteConnection, i32) -> QueryResult<()>,
        ),
        ("reserve_safely", reserve_safely),
    ] {
        let file = file.clone();
        let found = Exploration::new(move || SqliteConnection::establish(&file))
            .reset(|connection| {
                connection.batch_execute("UPDATE seats SET taken_by = NULL; DELETE FROM tickets")
            })
            .session(move |connection| work(connection, 1))
            .session(move |connection| work(connection, 2))
            .invariant(|connection| {
                let rows: Vec<Ticket> =
                    diesel::sql_query("SELECT guest FROM tickets").load(connection)?;
                QueryResult::Ok(match rows.len() {
                    0 | 1 => Ok(()),
                    sold => Err(format!("{sold} tickets for one seat")),
                })
            })
            .explore()?;
        println!("{name}: {}, {found}\n", found.verdict());
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Ticket {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    #[allow(dead_code)]
    guest: i32,
}
