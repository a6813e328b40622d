//! PostgreSQL: `pg_blocking_pids` (manual, 9.26 "Session Information Functions").

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::connection::LoadConnection;
use diesel::pg::Pg;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::{Suspect, Wait, Watchable};
use crate::db::Backend;

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Edge {
    #[diesel(sql_type = BigInt)]
    waiter: i64,
    #[diesel(sql_type = BigInt)]
    holder: i64,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

impl<C: LoadConnection<Backend = Pg>> Watchable<Pg> for C {
    fn kind(&self) -> Backend {
        Backend::Postgres
    }

    /// A session looks for a deadlock once, this long after it began to wait, and is its victim
    /// when it finds one (manual, 20.12 `deadlock_timeout`). At the shortest time everybody who
    /// waited before has looked already, so that the victim is the one who closed the circle.
    /// Only a superuser may set it; elsewhere the server's own second is waited out.
    fn ready(&mut self) -> QueryResult<bool> {
        Ok(self.batch_execute("SET deadlock_timeout = '1ms'").is_ok())
    }

    fn session_id(&mut self) -> QueryResult<i64> {
        sql_query("SELECT pg_backend_pid()::bigint AS id")
            .get_result::<Session>(self)
            .map(|session| session.id)
    }

    /// Advisory locks above all (manual, `DISCARD`).
    fn release(&mut self) -> QueryResult<()> {
        self.batch_execute("DISCARD ALL")
    }

    fn is_alive(&mut self, id: i64) -> QueryResult<bool> {
        sql_query(format!(
            "SELECT count(*) AS id FROM pg_stat_activity WHERE pid = {id}"
        ))
        .get_result::<Session>(self)
        .map(|found| found.id > 0)
    }

    /// `lock_timeout` and `statement_timeout` (manual, 20.11.1).
    fn waits_at_most(&mut self) -> QueryResult<Option<Duration>> {
        sql_query(
            "SELECT coalesce(least(nullif(lock, 0), nullif(statement, 0)), 0)::bigint AS id FROM (\
                SELECT extract(epoch FROM current_setting('lock_timeout')::interval) * 1000, \
                       extract(epoch FROM current_setting('statement_timeout')::interval) * 1000\
             ) AS limits (lock, statement)",
        )
        .get_result::<Session>(self)
        .map(|found| match found.id {
            0 => None,
            milliseconds => Some(Duration::from_millis(milliseconds.unsigned_abs())),
        })
    }

    /// There is no transaction that has not been begun by a statement.
    fn roll_back(&mut self, believed_open: bool) -> QueryResult<bool> {
        if believed_open {
            self.batch_execute("ROLLBACK")?;
        }
        Ok(believed_open)
    }

    fn version(&mut self) -> QueryResult<String> {
        sql_query("SELECT current_setting('server_version') AS version")
            .get_result::<Version>(self)
            .map(|found| format!("PostgreSQL {}", found.version))
    }

    fn waits(&mut self, suspects: &[Suspect], _: bool) -> QueryResult<Vec<Wait>> {
        let ids: Vec<String> = suspects.iter().map(|one| one.id.to_string()).collect();
        let edges: Vec<Edge> = sql_query(format!(
            "SELECT waiter::bigint AS waiter, holder::bigint AS holder \
             FROM unnest(ARRAY[{}]::integer[]) AS waiter \
             CROSS JOIN LATERAL unnest(pg_blocking_pids(waiter)) AS holder",
            ids.join(", ")
        ))
        .load(self)?;
        let mut holders: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for edge in edges {
            let known = holders.entry(edge.waiter).or_default();
            // A parallel query, or a lock that is asked for twice, names a holder twice.
            if !known.contains(&edge.holder) {
                known.push(edge.holder);
            }
        }
        Ok(holders
            .into_iter()
            .map(|(waiter, holders)| Wait {
                waiter,
                holders: Some(holders),
            })
            .collect())
    }
}
