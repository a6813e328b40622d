//! PostgreSQL: `pg_blocking_pids` (manual, 9.26 "Session Information Functions").

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::connection::LoadConnection;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Integer, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::{Suspect, Wait, Watchable};
use crate::db::{Backend, gate, temporary_gates};

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The question for the pairs of a session among these that waits, and one that it waits for. It
/// is asked so often that the server is to keep its plan, which takes a text that stays the same.
#[derive(QueryId)]
struct Waits {
    among: Vec<i32>,
}

impl Query for Waits {
    type SqlType = (Integer, Integer);
}

impl QueryFragment<Pg> for Waits {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql("SELECT waiter, holder FROM unnest(");
        pass.push_bind_param::<Array<Integer>, _>(&self.among)?;
        pass.push_sql(") AS waiter CROSS JOIN LATERAL unnest(pg_blocking_pids(waiter)) AS holder");
        Ok(())
    }
}

impl<C> RunQueryDsl<C> for Waits {}

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

    fn make_gates(&mut self) -> QueryResult<bool> {
        temporary_gates::make(self)?;
        Ok(true)
    }

    fn without_gates(&mut self) -> QueryResult<Vec<String>> {
        temporary_gates::missing(self)
    }

    fn remove_gates(&mut self) -> QueryResult<()> {
        temporary_gates::remove(self)
    }

    fn close_gate(&mut self, id: i64) -> QueryResult<()> {
        gate::close(self, id)
    }

    fn pass_gate(&mut self, id: i64, passed: Option<i64>) -> QueryResult<Option<i64>> {
        gate::pass(self, id, passed)
    }

    fn open_gate(&mut self, id: i64) -> QueryResult<()> {
        gate::open(self, id)
    }

    fn version(&mut self) -> QueryResult<String> {
        sql_query("SELECT current_setting('server_version') AS version")
            .get_result::<Version>(self)
            .map(|found| format!("PostgreSQL {}", found.version))
    }

    fn waits(&mut self, suspects: &[Suspect], _: bool) -> QueryResult<Vec<Wait>> {
        let ids = suspects.iter().map(|one| i32::try_from(one.id));
        let among = ids.flatten().collect();
        let edges: Vec<(i32, i32)> = Waits { among }.load(self)?;
        let mut holders: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (waiter, holder) in edges {
            let (known, holder) = (holders.entry(waiter.into()).or_default(), holder.into());
            // A parallel query, or a lock that is asked for twice, names a holder twice.
            if !known.contains(&holder) {
                known.push(holder);
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
