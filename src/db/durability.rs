//! What a commit is worth on a server, and whether the server has come through.

use std::collections::BTreeMap;

use diesel::sql_types::{Nullable, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::{AnyConnection, Backend};

/// What a server says of its own life, and of what it does to keep what was committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endurance {
    /// When it last came to life, by a start or by recovering from a crash; `None` where there
    /// is no server, or it does not tell.
    pub alive_since: Option<String>,
    /// Which server it is; another value says that another has taken over.
    pub identity: Option<String>,
    /// Settings with which a crash may lose what was committed, and their values.
    pub may_lose: BTreeMap<String, String>,
    /// The same where another server takes over.
    pub may_lose_in_failover: BTreeMap<String, String>,
}

/// A setting, the values with which nothing is lost, and when it matters.
struct Setting {
    name: &'static str,
    durable: &'static [&'static str],
    /// Whether it only matters when another server takes over.
    failover: bool,
}

const fn setting(name: &'static str, durable: &'static [&'static str]) -> Setting {
    Setting {
        name,
        durable,
        failover: false,
    }
}

/// PostgreSQL's manual, 20.5.1 "Settings" of the write-ahead log, and 20.6.2.
const POSTGRES: [Setting; 4] = [
    setting("fsync", &["on"]),
    setting("full_page_writes", &["on"]),
    // What `local` and `remote_write` leave out matters to standbys alone.
    setting(
        "synchronous_commit",
        &["on", "remote_apply", "remote_write", "local"],
    ),
    // Any name will do; without one no commit waits for a standby.
    Setting {
        name: "synchronous_standby_names",
        durable: &[],
        failover: true,
    },
];

/// MariaDB Knowledge Base, "InnoDB System Variables" and "Replication and Binary Log System
/// Variables". With 3 a commit is written out twice.
const MYSQL: [Setting; 2] = [
    setting("innodb_flush_log_at_trx_commit", &["1", "3"]),
    setting("innodb_doublewrite", &["ON", "1", "fast"]),
];

/// Where there is a binary log, recovery undoes what it does not have (MariaDB Knowledge Base,
/// "Binary Log Group Commit and InnoDB Flushing Performance").
const SYNC_BINLOG: &str = "sync_binlog";

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Variable {
    #[diesel(sql_type = Text, column_name = "Variable_name")]
    name: String,
    #[diesel(sql_type = Text, column_name = "Value")]
    value: String,
}

impl Endurance {
    /// Asks the server. What it does not tell is left out.
    pub fn of(connection: &mut AnyConnection) -> Self {
        match connection.backend() {
            Backend::Sqlite => sqlite(connection),
            Backend::Postgres => postgres(connection),
            Backend::Mysql => mysql(connection),
        }
    }

    fn with(mut self, settings: &[Setting], found: &BTreeMap<String, String>) -> Self {
        for setting in settings {
            let Some(value) = found.get(setting.name) else {
                continue;
            };
            let is_durable = match setting.durable {
                [] => !value.is_empty(),
                durable => durable.iter().any(|one| one.eq_ignore_ascii_case(value)),
            };
            let (name, value) = (setting.name.to_owned(), value.clone());
            match (is_durable, setting.failover) {
                (true, _) => None,
                (false, false) => self.may_lose.insert(name, value),
                (false, true) => self.may_lose_in_failover.insert(name, value),
            };
        }
        self
    }
}

/// The machine that would lose anything is this one, and this program with it: SQLite has no
/// server that could come back.
fn sqlite(connection: &mut AnyConnection) -> Endurance {
    let question = "SELECT s.synchronous || ' ' || j.journal_mode AS value \
                    FROM pragma_synchronous AS s, pragma_journal_mode AS j";
    let mut endurance = Endurance::default();
    let found = ask(connection, question).unwrap_or_default();
    let weak = match found.as_str() {
        // sqlite.org/pragma.html#pragma_synchronous: "WAL mode does lose durability".
        "1 wal" => "normal",
        weak if weak.starts_with('0') => "off",
        _ => return endurance,
    };
    let (name, value) = ("synchronous".to_owned(), weak.to_owned());
    endurance.may_lose.insert(name, value);
    endurance
}

/// After the crash of a session the postmaster lives on, and recovers. The statistics are thrown
/// away then (manual, 28.2.1 "Statistics Collection Configuration"), which their date tells.
fn postgres(connection: &mut AnyConnection) -> Endurance {
    let born = "SELECT pg_postmaster_start_time()::text AS value";
    let recovered = "SELECT stats_reset::text AS value FROM pg_stat_bgwriter";
    let identity = "SELECT system_identifier || ' ' || timeline_id AS value \
                    FROM pg_control_system(), pg_control_checkpoint()";
    let alive_since = ask(connection, born).map(|born| {
        let recovered = ask(connection, recovered).unwrap_or_default();
        format!("{born} {recovered}")
    });
    let names = POSTGRES
        .map(|setting| format!("'{}'", setting.name))
        .join(", ");
    // Whoever is no superuser is not shown all of them.
    let settings =
        format!("SELECT name, current_setting(name) AS value FROM unnest(ARRAY[{names}]) AS name");
    let found: QueryResult<Vec<Pair>> = sql_query(settings).load(connection);
    let found = found.unwrap_or_default().into_iter();
    let found = found.map(|pair| (pair.name, pair.value)).collect();
    let endurance = Endurance {
        alive_since,
        identity: ask(connection, identity),
        ..Endurance::default()
    };
    endurance.with(&POSTGRES, &found)
}

fn mysql(connection: &mut AnyConnection) -> Endurance {
    // Both are whole seconds of the same moment, so that the difference never moves.
    let born = |table: &str| {
        format!(
            "SELECT CAST(UNIX_TIMESTAMP() - variable_value AS CHAR) AS value FROM {table} \
             WHERE variable_name = 'Uptime'"
        )
    };
    let alive_since = ask(connection, &born("information_schema.GLOBAL_STATUS"))
        .or_else(|| ask(connection, &born("performance_schema.global_status")));
    let variables: QueryResult<Vec<Variable>> = sql_query(
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('innodb_flush_log_at_trx_commit', \
         'innodb_doublewrite', 'sync_binlog', 'log_bin', 'hostname', 'server_id', 'server_uid', \
         'server_uuid')",
    )
    .load(connection);
    let found: BTreeMap<String, String> = variables
        .unwrap_or_default()
        .into_iter()
        .map(|variable| (variable.name, variable.value))
        .collect();
    let names = ["hostname", "server_id", "server_uid", "server_uuid"];
    let identity: Vec<&str> = names
        .iter()
        .filter_map(|name| found.get(*name).map(String::as_str))
        .collect();
    let mut endurance = Endurance {
        alive_since,
        identity: Some(identity.join(" ")),
        ..Endurance::default()
    }
    .with(&MYSQL, &found);
    let has_log = found.get("log_bin").is_some_and(|value| value == "ON");
    if let Some(value) = found.get(SYNC_BINLOG).filter(|value| *value != "1")
        && has_log
    {
        let name = SYNC_BINLOG.to_owned();
        endurance.may_lose.insert(name, value.clone());
    }
    endurance
}

fn ask(connection: &mut AnyConnection, question: &str) -> Option<String> {
    let answer = sql_query(question).get_result::<Answer>(connection);
    answer.ok()?.value
}
