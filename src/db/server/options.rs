use crate::db::Backend;

/// How a private server is to be run.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// Connections it must be able to hold, beside a few for its administration. A server's
    /// own default where this is smaller.
    pub connections: u32,
    /// Look for deadlocks at once. PostgreSQL waits a second first, by default, which is long
    /// where deadlocks are what is to be shown; InnoDB never waits.
    pub quick_deadlocks: bool,
    /// Further settings, as `name=value`. A user's run keeps the durable defaults; tests turn
    /// PostgreSQL's `fsync` off, and set MariaDB's `innodb_flush_log_at_trx_commit` to 2.
    pub settings: Vec<String>,
}

impl ServerOptions {
    /// Settings of a private database whose data nobody will miss: a commit waits for no disk.
    pub fn nothing_lasts(backend: Backend) -> Vec<String> {
        let settings: &[&str] = match backend {
            Backend::Sqlite => &["synchronous=OFF"],
            Backend::Postgres => &[
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
                // Its workers take locks, too.
                "autovacuum=off",
            ],
            Backend::Mysql => &["innodb_flush_log_at_trx_commit=0", "innodb_doublewrite=0"],
        };
        settings.iter().map(ToString::to_string).collect()
    }
}
