//! What a server does not let lockbench do is told with what to do about it, and nothing stays
//! behind.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, QueryDsl, RunQueryDsl};
use lockbench::db::server::{PostgresServer, ServerOptions};
use nix::unistd::{User, geteuid};
use predicates::prelude::*;
use predicates::str::contains;

use crate::common;
use crate::common::program::{PATIENCE, wait_for};

/// What lockbench says when it ends with exit code 3.
fn refusal(arguments: &[&str], url: &str) -> String {
    let outcome = common::lockbench()
        .args(arguments)
        .args(["--database", url])
        .assert()
        .code(3)
        .stdout("");
    let said = String::from_utf8_lossy(&outcome.get_output().stderr).into_owned();
    assert!(said.lines().count() <= 2, "{said}");
    said
}

const RUN: &[&str] = &["run", "--strategy", "atomic", "--no-control"];

/// A PostgreSQL server that follows another, as `pg_basebackup --write-recovery-conf` makes it.
struct Standby {
    server: Child,
    folder: tempfile::TempDir,
}

impl Standby {
    fn of(primary: &PostgresServer, settings: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("sb")
            .tempdir_in("/tmp")
            .expect("a folder");
        let account = geteuid().is_root().then(|| {
            User::from_name("postgres")
                .expect("accounts")
                .expect("postgres")
        });
        let program = |name: &str| {
            let path = primary.program(name);
            let mut command = Command::new(path.expect("a program of PostgreSQL's"));
            command.current_dir(folder.path());
            if let Some(account) = &account {
                command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
            }
            command
        };
        if let Some(account) = &account {
            let (user, group) = (account.uid.as_raw(), account.gid.as_raw());
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).expect("root");
        }
        let copied = program("pg_basebackup")
            .args(["-h", primary.folder().to_str().expect("UTF-8")])
            .args(["-U", "lockbench", "-c", "fast", "-R", "-D", "data"])
            .output()
            .expect("pg_basebackup");
        assert!(copied.status.success(), "{copied:?}");
        let mut server = program("postgres");
        server
            .args(["-D", "data", "-k"])
            .arg(folder.path())
            .args(["-c", "listen_addresses="])
            .args(settings)
            .stderr(Stdio::null());
        let standby = Self {
            server: server.spawn().expect("postgres"),
            folder,
        };
        wait_for("the standby", PATIENCE, || {
            PgConnection::establish(&standby.url()).is_ok()
        });
        standby
    }

    fn url(&self) -> String {
        let folder = self
            .folder
            .path()
            .to_str()
            .expect("UTF-8")
            .replace('/', "%2F");
        format!("postgres://lockbench@{folder}/postgres")
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        let process = nix::unistd::Pid::from_raw(self.server.id().cast_signed());
        let _ = nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGQUIT);
        let _ = self.server.wait();
    }
}

#[test]
fn a_standby_is_told_from_a_missing_right() {
    let primary = PostgresServer::start(&ServerOptions::default()).expect("a private server");
    for settings in [
        &[][..],
        // At which no statement at all is possible on a standby.
        &["-c", "default_transaction_isolation=serializable"],
    ] {
        let standby = Standby::of(&primary, settings);
        for command in [RUN, &["anomalies"], &["explore", "--strategy", "naive"]] {
            let said = refusal(command, &standby.url());
            assert!(said.contains("this server is a standby"), "{said}");
            assert!(said.contains("give the primary's address"), "{said}");
            assert!(
                !said.contains("GRANT") && !said.contains("cannot reach"),
                "{said}"
            );
        }
        common::lockbench()
            .args(["db", "status", "--database", &standby.url()])
            .assert()
            .success()
            .stdout(contains("no lockbench tables"));
    }
}

/// A database with a role of that name, which may do nothing yet; the URLs of both.
fn with_role(role: &str) -> (String, String) {
    let url = common::postgres_url();
    common::postgres(&url)
        .batch_execute(&format!("CREATE ROLE {role} LOGIN"))
        .expect("a superuser");
    let as_role = url.replace("//lockbench@", &format!("//{role}@"));
    (url, as_role)
}

#[test]
fn each_right_that_is_missing_in_the_schema_is_named_with_its_grant() {
    let (url, as_reader) = with_role("reader");
    let place = url.rsplit('/').next().expect("a name");
    let mut administrator = common::postgres(&url);
    let said = refusal(RUN, &as_reader);
    let grant = format!("`GRANT CREATE ON DATABASE {place} TO reader`");
    assert!(said.contains(&grant), "{said}");
    administrator
        .batch_execute("CREATE SCHEMA lockbench")
        .expect("a schema");
    let grant = |said: &str| {
        let (_, rest) = said.split_once("allow it with `").expect("a grant");
        rest.split_once('`').expect("its end").0.to_owned()
    };
    // What is said is done, until it is enough.
    for expected in [
        "GRANT USAGE ON SCHEMA lockbench TO reader",
        "GRANT CREATE ON SCHEMA lockbench TO reader",
    ] {
        let said = refusal(RUN, &as_reader);
        assert_eq!(grant(&said), expected, "{said}");
        administrator
            .batch_execute(&grant(&said))
            .expect("the grant that was named");
    }
    common::lockbench()
        .args(RUN)
        .args(["--database", &as_reader])
        .assert()
        .success();
    common::lockbench()
        .args(["db", "drop", "--database", &as_reader])
        .assert()
        .success();
}

#[test]
fn tables_that_belong_to_another_role_are_told_with_their_owner() {
    let (url, as_stranger) = with_role("stranger");
    common::lockbench()
        .args(RUN)
        .args(["--database", &url])
        .assert()
        .success();
    let mut administrator = common::postgres(&url);
    for action in ["status", "reset", "drop"] {
        let said = refusal(&["db", action], &as_stranger);
        assert!(
            said.contains("`GRANT USAGE ON SCHEMA lockbench TO stranger`"),
            "{action}: {said}"
        );
    }
    administrator
        .batch_execute("GRANT USAGE ON SCHEMA lockbench TO stranger")
        .expect("the grant that was named");
    let said = refusal(&["db", "status"], &as_stranger);
    let select = "GRANT SELECT ON ALL TABLES IN SCHEMA lockbench TO stranger";
    assert!(said.contains(&format!("`{select}`")), "{said}");
    administrator
        .batch_execute(select)
        .expect("the grant that was named");
    common::lockbench()
        .args(["db", "status", "--database", &as_stranger])
        .assert()
        .success();
    for command in [RUN, &["db", "reset"], &["db", "drop"]] {
        let said = refusal(command, &as_stranger);
        assert!(said.contains("`GRANT lockbench TO stranger`"), "{said}");
    }
}

#[test]
fn a_check_without_the_right_to_temporary_tables_names_its_grant() {
    let (url, as_checker) = with_role("checker");
    let place = url.rsplit('/').next().expect("a name");
    common::postgres(&url)
        .batch_execute(&format!(
            "REVOKE TEMPORARY ON DATABASE {place} FROM PUBLIC; \
             GRANT CREATE ON DATABASE {place} TO checker"
        ))
        .expect("a superuser");
    let check = ["check", "--strategies", "atomic", "--rounds", "1"];
    common::lockbench()
        .args(check)
        .args(["--database", &as_checker])
        .assert()
        .code(3)
        .stderr(contains(format!(
            "`GRANT TEMPORARY ON DATABASE {place} TO checker`"
        )));
}

/// Who has answered was reached.
#[test]
fn what_refuses_is_not_called_out_of_reach() {
    let url = common::postgres_url();
    let place = url.rsplit('/').next().expect("a name");
    let nowhere = url.replace(place, "nowhere");
    let said = refusal(RUN, &nowhere);
    assert!(said.contains("cannot use the database"), "{said}");
    let said = refusal(RUN, "postgres://nobody@127.0.0.1:1/d");
    assert!(said.contains("cannot reach the database"), "{said}");
    #[cfg(feature = "mysql")]
    {
        let url = common::mariadb::server().database("nowhere");
        let said = refusal(RUN, &url);
        assert!(said.contains("cannot use the database"), "{said}");
        let said = refusal(RUN, "mysql://nobody@127.0.0.1:1/d");
        assert!(said.contains("cannot reach the database"), "{said}");
    }
}

/// Nothing is called a missing right that is none.
#[test]
fn a_failure_of_another_kind_gives_no_advice_on_rights() {
    let (url, as_maker) = with_role("maker");
    let place = url.rsplit('/').next().expect("a name");
    common::postgres(&url)
        .batch_execute(&format!(
            "GRANT CREATE ON DATABASE {place} TO maker; CREATE SCHEMA lockbench AUTHORIZATION maker; \
             CREATE TABLE lockbench.lockbench_outbox (mine TEXT); \
             ALTER TABLE lockbench.lockbench_outbox OWNER TO maker"
        ))
        .expect("a table in the way");
    let said = refusal(RUN, &as_maker);
    assert!(
        said.contains("relation \"lockbench_outbox\" already exists"),
        "{said}"
    );
    assert!(
        !said.contains("GRANT") && !said.contains("is not allowed"),
        "{said}"
    );
    diesel::table! { pg_tables (tablename) { schemaname -> Text, tablename -> Text, } }
    let left: Vec<String> = pg_tables::table
        .filter(diesel::ExpressionMethods::eq(
            pg_tables::schemaname,
            "lockbench",
        ))
        .select(pg_tables::tablename)
        .load(&mut common::postgres(&url))
        .expect("the tables");
    assert_eq!(left, ["lockbench_outbox"], "nothing of ours stays");
}

#[cfg(feature = "mysql")]
mod mariadb {
    use super::*;
    use crate::common::mariadb;
    use diesel::QueryableByName;
    use diesel::sql_types::Text;

    #[derive(QueryableByName)]
    struct Table {
        #[diesel(sql_type = Text)]
        name: String,
    }

    /// A database of its own, in which `clerk` has `rights`; the URLs of both.
    fn with_clerk(clerk: &str, rights: &str) -> (String, String) {
        let url = mariadb::url();
        let place = place(&url);
        mariadb::connect(&url)
            .batch_execute(&format!(
                "CREATE USER {clerk}@localhost; GRANT {rights} ON {place}.* TO {clerk}@localhost"
            ))
            .expect("the server's root");
        let as_clerk = url.replace("//root@", &format!("//{clerk}@"));
        (url, as_clerk)
    }

    fn place(url: &str) -> String {
        let (_, rest) = url.rsplit_once('/').expect("a name");
        rest.split_once('?').expect("a socket").0.to_owned()
    }

    fn tables(url: &str) -> Vec<String> {
        let question = "SELECT table_name AS name FROM information_schema.tables \
                        WHERE table_schema = DATABASE() ORDER BY name";
        let rows: Vec<Table> = diesel::sql_query(question)
            .load(&mut mariadb::connect(url))
            .expect("the tables");
        rows.into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn only_the_procedure_needs_the_right_to_make_procedures() {
        let all_else = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP";
        let (url, as_clerk) = with_clerk("clerk", all_else);
        common::lockbench()
            .args(RUN)
            .args(["--database", &as_clerk])
            .assert()
            .success();
        let procedure = ["run", "--strategy", "procedure", "--no-control"];
        let said = refusal(&procedure, &as_clerk);
        let place = place(&url);
        let grant = format!(
            "GRANT CREATE ROUTINE, ALTER ROUTINE, EXECUTE ON `{place}`.* TO 'clerk'@'localhost'"
        );
        assert!(said.contains(&grant), "{said}");
        mariadb::connect(&url)
            .batch_execute(&grant)
            .expect("the grant that was named");
        for command in [&procedure[..], &["explain", "procedure"], &["db", "drop"]] {
            common::lockbench()
                .args(command)
                .args(["--database", &as_clerk])
                .assert()
                .success();
        }
        assert_eq!(
            tables(&url),
            Vec::<String>::new(),
            "the procedure went with them"
        );
    }

    #[test]
    fn a_right_that_is_missing_is_named_with_its_grant_and_nothing_stays_behind() {
        let (url, as_visitor) = with_clerk("visitor", "SELECT");
        let said = refusal(RUN, &as_visitor);
        let grant = format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP ON `{}`.* TO 'visitor'@'localhost'",
            place(&url)
        );
        assert!(said.contains(&grant), "{said}");
        assert_eq!(tables(&url), Vec::<String>::new());
        mariadb::connect(&url)
            .batch_execute(&grant)
            .expect("the grant that was named");
        common::lockbench()
            .args(RUN)
            .args(["--database", &as_visitor])
            .assert()
            .success();
    }

    /// The third table of ours is in the way: the first two go again, and theirs stays.
    #[test]
    fn a_set_up_that_fails_halfway_leaves_nothing() {
        let url = mariadb::url();
        mariadb::connect(&url)
            .batch_execute("CREATE TABLE lockbench_outbox (mine TEXT)")
            .expect("a table in the way");
        let said = refusal(RUN, &url);
        assert!(
            said.contains("Table 'lockbench_outbox' already exists"),
            "{said}"
        );
        assert!(!said.contains("GRANT"), "{said}");
        assert_eq!(tables(&url), ["lockbench_outbox"]);
        mariadb::connect(&url)
            .batch_execute("DROP TABLE lockbench_outbox")
            .expect("theirs, untouched");
        common::lockbench()
            .args(RUN)
            .args(["--database", &url])
            .assert()
            .success();
    }

    #[test]
    fn a_read_only_server_is_told_from_a_missing_right() {
        let server = mariadb::start(&["read_only=ON"]);
        for command in [RUN, &["anomalies"]] {
            let said = refusal(command, &server.url());
            assert!(said.contains("read_only is on"), "{said}");
            assert!(said.contains("give the primary's address"), "{said}");
            assert!(!said.contains("GRANT"), "{said}");
        }
        let none = common::lockbench()
            .args(["db", "status", "--database", &server.url()])
            .assert()
            .success();
        none.stdout(contains("no lockbench tables").and(contains("GRANT").not()));
    }
}
