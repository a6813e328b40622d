//! SQLite: with no `busy_timeout` nothing waits, and whoever meets a lock is refused.

use diesel::connection::SimpleConnection;
use diesel::{QueryResult, SqliteConnection};

use super::{Explorable, Suspect, Wait};
use crate::db::Backend;

impl Explorable for SqliteConnection {
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

    fn waits(&mut self, _: &[Suspect], _: bool) -> QueryResult<Vec<Wait>> {
        Ok(Vec::new())
    }
}
