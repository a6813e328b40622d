//! The table that the scripts are about.

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::Rows;
use crate::db::{AnyConnection, table};

/// Its name. It is there for as long as a survey takes.
pub const TABLE: &str = "lockbench_anomalies";

/// What it is made of.
pub const COLUMNS: &str = "id BIGINT NOT NULL PRIMARY KEY, value BIGINT NOT NULL";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// Puts the two rows back that every script begins with.
pub(super) fn reset(connection: &mut AnyConnection) -> QueryResult<()> {
    // Rows that were only deleted would stay in the way of InnoDB's gap locks.
    table::empty(connection, TABLE)?;
    connection.batch_execute(&format!(
        "INSERT INTO {TABLE} (id, value) VALUES (1, 10), (2, 20)"
    ))
}

/// All rows that are committed.
pub(super) fn rows(connection: &mut AnyConnection) -> QueryResult<Rows> {
    query(connection, &format!("SELECT * FROM {TABLE}"))
}

/// The rows that `question` asks for, by their ids.
pub(super) fn query(connection: &mut AnyConnection, question: &str) -> QueryResult<Rows> {
    let rows: Vec<Row> = sql_query(question).load(connection)?;
    let mut rows: Rows = rows.iter().map(|row| (row.id, row.value)).collect();
    rows.sort_unstable();
    Ok(rows)
}

/// Rows in words, as Hermitage writes them.
pub(super) fn in_words(rows: &Rows) -> String {
    if rows.is_empty() {
        return "no row".to_owned();
    }
    let words: Vec<String> = rows
        .iter()
        .map(|(id, value)| format!("{id} => {value}"))
        .collect();
    words.join(", ")
}
