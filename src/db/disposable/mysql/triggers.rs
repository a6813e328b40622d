//! Triggers, which are not to fire when lockbench puts rows back.
//!
//! A session cannot keep them from that, so each is made anew in the disposable database, to do
//! nothing in a session that has set a variable of ours. TRUNCATE fires none.

use anyhow::Result;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{MysqlConnection, QueryableByName, RunQueryDsl, sql_query};

use super::{quoted, text};

/// The variable that a session sets in which they do nothing.
pub(super) const VARIABLE: &str = "@lockbench_puts_back";

#[derive(QueryableByName)]
struct Trigger {
    #[diesel(sql_type = Text)]
    schema_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    timing: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    mode: String,
    #[diesel(sql_type = Text)]
    definer: String,
}

/// Makes those anew that fire when a row is put in, in their order.
pub(super) fn silence(connection: &mut MysqlConnection) -> Result<()> {
    let question = "SELECT TRIGGER_SCHEMA AS schema_name, TRIGGER_NAME AS name, \
            EVENT_OBJECT_TABLE AS table_name, CAST(ACTION_TIMING AS CHAR) AS timing, \
            CAST(ACTION_STATEMENT AS CHAR) AS body, CAST(SQL_MODE AS CHAR) AS mode, \
            CAST(DEFINER AS CHAR) AS definer \
         FROM information_schema.TRIGGERS \
         WHERE EVENT_MANIPULATION = 'INSERT' AND TRIGGER_SCHEMA NOT IN ('sys', 'mysql') \
         ORDER BY TRIGGER_SCHEMA, EVENT_OBJECT_TABLE, ACTION_TIMING, ACTION_ORDER";
    let triggers: Vec<Trigger> = sql_query(question).load(connection)?;
    for trigger in &triggers {
        let schema = quoted(&trigger.schema_name);
        let name = format!("{schema}.{}", quoted(&trigger.name));
        let mode = text(&trigger.mode);
        connection.batch_execute(&format!(
            "SET @lockbench_mode = @@sql_mode; SET sql_mode = {mode}; DROP TRIGGER {name}"
        ))?;
        let (user, host) = trigger
            .definer
            .rsplit_once('@')
            .unwrap_or(("root", "localhost"));
        connection.batch_execute(&format!(
            "CREATE DEFINER = {}@{} TRIGGER {name} {} INSERT ON {schema}.{} FOR EACH ROW \
             IF {VARIABLE} IS NULL THEN\n{}\n; END IF",
            quoted(user),
            quoted(host),
            trigger.timing,
            quoted(&trigger.table_name),
            trigger.body.trim_end().trim_end_matches(';')
        ))?;
        connection.batch_execute("SET sql_mode = @lockbench_mode")?;
    }
    Ok(())
}
