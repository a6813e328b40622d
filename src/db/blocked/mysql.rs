//! MariaDB and MySQL. To be written.

use diesel::{MysqlConnection, QueryResult};

use super::{Explorable, Suspect, Wait};
use crate::db::Backend;

impl Explorable for MysqlConnection {
    fn kind(&self) -> Backend {
        Backend::Mysql
    }

    fn ready(&mut self) -> QueryResult<bool> {
        Ok(false)
    }

    fn session_id(&mut self) -> QueryResult<i64> {
        Ok(0)
    }

    fn waits(&mut self, _: &[Suspect]) -> QueryResult<Vec<Wait>> {
        Ok(Vec::new())
    }
}
