//! A gate before each row that a session writes.

use anyhow::Result;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{MysqlConnection, QueryableByName, RunQueryDsl, sql_query};

use super::super::OUTSIDE;
use super::catalog::SYSTEM;
use super::quoted;
use super::triggers::VARIABLE;
use crate::db::gate::mysql::{TRIGGER, body};

/// A table, and something that may be done to its rows.
#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Text)]
    schema_name: String,
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    event: String,
    /// The trigger that fires first.
    #[diesel(sql_type = Nullable<Text>)]
    first: Option<String>,
}

/// Puts one before those of all tables that are there, in front of all other triggers.
pub(in super::super) fn make_gates(connection: &mut MysqlConnection) -> Result<()> {
    let written: Vec<Written> = sql_query(format!(
        "SELECT t.TABLE_SCHEMA AS schema_name, t.TABLE_NAME AS table_name, e.event AS event, \
            (SELECT g.TRIGGER_NAME FROM information_schema.TRIGGERS g \
             WHERE g.EVENT_OBJECT_SCHEMA = t.TABLE_SCHEMA AND g.EVENT_OBJECT_TABLE = t.TABLE_NAME \
               AND g.EVENT_MANIPULATION = e.event AND g.ACTION_TIMING = 'BEFORE' \
             ORDER BY g.ACTION_ORDER LIMIT 1) AS first \
         FROM information_schema.TABLES t \
         CROSS JOIN (SELECT 'INSERT' AS event UNION SELECT 'UPDATE' UNION SELECT 'DELETE') e \
         WHERE t.TABLE_TYPE = 'BASE TABLE' AND t.TABLE_SCHEMA NOT IN {SYSTEM} \
           AND t.TABLE_SCHEMA <> '{OUTSIDE}'"
    ))
    .load(connection)?;
    for (number, gate) in written.iter().enumerate() {
        let schema = quoted(&gate.schema_name);
        let place = gate.first.as_ref();
        let place = place.map(|first| format!("PRECEDES {} ", quoted(first)));
        connection.batch_execute(&format!(
            "CREATE TRIGGER {schema}.{TRIGGER}_{number} BEFORE {} ON {schema}.{} FOR EACH ROW {}{}",
            gate.event,
            quoted(&gate.table_name),
            place.unwrap_or_default(),
            body(VARIABLE)
        ))?;
    }
    Ok(())
}
