//! PostgreSQL: `pg_blocking_pids` (manual, 9.26 "Session Information Functions").

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::{Explorable, Suspect, Wait};
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

impl Explorable for PgConnection {
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
