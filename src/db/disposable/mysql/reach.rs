//! Which tables of a MariaDB server are nothing but tables.

use anyhow::{Context, Result};
use diesel::MysqlConnection;

use super::super::postgres::{Reach, Relation};
use super::ask;
use super::catalog::SYSTEM;
use crate::db::gate::mysql::TRIGGER;

/// Asks the server which tables hold their rows themselves, in InnoDB, so that reading or writing one
/// runs no code of anybody's. A foreign key of several columns is not known any closer.
pub(in super::super) fn reach(connection: &mut MysqlConnection) -> Result<Reach> {
    let question = format!(
        "SELECT JSON_ARRAYAGG(JSON_ARRAY(t.TABLE_NAME, IF( \
            t.TABLE_TYPE = 'BASE TABLE' AND t.ENGINE = 'InnoDB' \
            AND COALESCE(t.CREATE_OPTIONS, '') NOT LIKE '%partitioned%' \
            AND NOT EXISTS (SELECT 1 FROM information_schema.TRIGGERS g \
                WHERE g.EVENT_OBJECT_SCHEMA = t.TABLE_SCHEMA \
                AND g.EVENT_OBJECT_TABLE = t.TABLE_NAME AND g.TRIGGER_NAME NOT LIKE '{TRIGGER}%') \
            AND NOT EXISTS (SELECT 1 FROM information_schema.KEY_COLUMN_USAGE k \
                WHERE k.TABLE_SCHEMA = t.TABLE_SCHEMA AND k.TABLE_NAME = t.TABLE_NAME \
                AND k.REFERENCED_TABLE_NAME IS NOT NULL AND k.ORDINAL_POSITION > 1), \
            'plain', ''))) AS json \
         FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA NOT IN {SYSTEM}"
    );
    let found: Vec<(String, String)> =
        ask(connection, &question).context("the database did not say what its tables reach")?;
    let relation = |(name, plain): (String, String)| Relation {
        name,
        plain: plain == "plain",
        ..Relation::default()
    };
    Ok(Reach {
        relations: found.into_iter().map(relation).collect(),
        ..Reach::default()
    })
}
