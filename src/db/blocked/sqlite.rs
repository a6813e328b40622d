//! SQLite: with no `busy_timeout` nothing waits, and whoever meets a lock is refused.

use std::time::Duration;

use diesel::connection::LoadConnection;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::{Suspect, Wait, Watchable};
use crate::db::Backend;

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

impl<C: LoadConnection<Backend = Sqlite>> Watchable<Sqlite> for C {
    fn kind(&self) -> Backend {
        Backend::Sqlite
    }

    fn ready(&mut self) -> QueryResult<bool> {
        self.batch_execute("PRAGMA busy_timeout = 0")?;
        Ok(false)
    }

    fn session_id(&mut self) -> QueryResult<i64> {
        Ok(0)
    }

    /// Nothing outlives the connection, which is closed at once.
    fn release(&mut self) -> QueryResult<()> {
        Ok(())
    }

    fn is_alive(&mut self, _: i64) -> QueryResult<bool> {
        Ok(false)
    }

    fn waits_at_most(&mut self) -> QueryResult<Option<Duration>> {
        Ok(None)
    }

    /// It refuses where there is nothing to be rolled back.
    fn roll_back(&mut self, believed_open: bool) -> QueryResult<bool> {
        Ok(believed_open && self.batch_execute("ROLLBACK").is_ok())
    }

    fn version(&mut self) -> QueryResult<String> {
        sql_query("SELECT sqlite_version() AS version")
            .get_result::<Version>(self)
            .map(|found| format!("SQLite {}", found.version))
    }

    fn waits(&mut self, _: &[Suspect], _: bool) -> QueryResult<Vec<Wait>> {
        Ok(Vec::new())
    }
}
