//! Which schedules there are, and when nothing can be said.

use std::collections::BTreeSet;
use std::process::Command;

use diesel::connection::SimpleConnection;

use super::{MISSING, PYTHON, race, race_sql, race_worker, shop};
use crate::common;

#[test]
fn the_same_race_gives_the_same_again_also_from_its_token() {
    let found = race_worker(&shop(), &[], "psycopg2_shop.py", "naive");
    let token = found.result["witness"]["replay"].as_str().expect("a token");
    for _ in 0..3 {
        let again = race_worker(&shop(), &["--replay", token], "psycopg2_shop.py", "naive");
        assert_eq!(again.result["replay"], token);
        assert_eq!(again.result["broken"], found.result["witness"]["broken"]);
        assert_eq!(again.result["fell_back"].as_array().map(Vec::len), Some(0));
    }
}

#[test]
fn an_advisory_lock_is_a_step_and_keeps_the_sessions_apart() {
    let buy = "execute('SELECT pg_advisory_lock(7)'); \
         units = execute('SELECT units FROM stock WHERE id = 1'); \
         units and execute('UPDATE stock SET units = %s WHERE id = 1', units - 1); \
         units and execute('INSERT INTO orders (item) VALUES (1)'); \
         connection.commit()";
    let raced = race_sql(&shop(), &[], &[buy, buy]);
    assert_eq!(raced.counts().1, 0, "{raced:#?}");
    assert!(raced.result["waited"].as_u64() > Some(0), "{raced:#?}");
}

#[test]
fn a_dump_of_any_format_fills_the_database() {
    let url = shop();
    let folder = tempfile::tempdir().expect("a folder");
    for format in ["plain", "custom", "directory", "tar"] {
        let dump = folder.path().join(format);
        let dump = dump.to_str().expect("UTF-8");
        let done = Command::new("pg_dump")
            .args([&format!("--format={format}"), "--file", dump, &url])
            .status();
        assert!(done.expect("pg_dump").success(), "{MISSING}");
        let raced = race_worker(
            "postgres",
            &["--from-dump", dump],
            "psycopg2_shop.py",
            "naive",
        );
        assert_eq!(raced.counts(), (24, 22), "{format}: {raced:#?}");
    }
    let none = folder.path().join("none");
    std::fs::write(&none, "this is no SQL").expect("a file");
    let none = none.to_str().expect("UTF-8");
    let raced = race_worker(
        "postgres",
        &["--from-dump", none],
        "psycopg2_shop.py",
        "naive",
    );
    assert_eq!(raced.exit, Some(3), "{raced:#?}");
    for words in [none, "was not restored", "syntax error"] {
        assert!(raced.said.contains(words), "{words} in {}", raced.said);
    }
}

#[test]
fn a_deadlock_of_which_the_database_knows_a_half_gives_no_verdict() {
    // Each has what the other one wants: a row, and a file.
    let lock = "import fcntl, os; lock = open(os.environ['LOCK'], 'w'); \
         fcntl.flock(lock, fcntl.LOCK_EX)";
    let write = "execute('UPDATE stock SET units = units - 1')";
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("LOCK={}", folder.path().join("lock").display());
    let sessions = [format!("{write}; {lock}"), format!("{lock}; {write}")];
    let sessions = [sessions[0].as_str(), sessions[1].as_str()];
    let raced = race_sql(&shop(), &["--env", &file], &sessions);
    assert_eq!(raced.exit, Some(4), "{raced:#?}");
    for words in ["in its own code, after UPDATE", "waiting in UPDATE"] {
        assert!(raced.said.contains(words), "{words} in {raced:#?}");
    }
}

#[test]
fn a_session_that_uses_two_connections_at_once_gives_no_verdict() {
    let both = "import threading\n\
         def read():\n    other = psycopg2.connect(''); \
         other.cursor().execute('SELECT units FROM stock'); other.close()\n\
         thread = threading.Thread(target=read); thread.start()\n\
         execute('SELECT units FROM stock')\n\
         thread.join()";
    let raced = race_sql(&shop(), &[], &[both, both]);
    assert_eq!(raced.exit, Some(4), "{raced:#?}");
}

#[test]
fn a_single_statement_each_proves_nothing() {
    let once = "connection.autocommit = True; execute('UPDATE stock SET units = units - 1')";
    let raced = race_sql(&shop(), &[], &[once, once]);
    assert_eq!(raced.exit, Some(4), "{raced:#?}");
    assert!(
        raced.result["reason"]
            .as_str()
            .is_some_and(|it| it.contains("never overlapped"))
    );
}

#[test]
fn a_private_server_needs_no_database_of_the_users() {
    let set_up = "{python} -c \"import psycopg2; c = psycopg2.connect(''); \
         c.cursor().execute(open('shop.sql').read()); c.commit()\"";
    let set_up = set_up.replace("{python}", PYTHON.as_str());
    let command = [PYTHON.as_str(), "psycopg2_shop.py", "for-update"];
    let raced = race("postgres", &["--setup", &set_up], &command);
    assert_eq!(raced.counts(), (8, 0), "{raced:#?}");
}

#[test]
fn triggers_and_foreign_keys_do_not_keep_the_state_from_being_put_back() {
    let url = shop();
    common::postgres(&url)
        .batch_execute(
            "CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN INSERT INTO log VALUES (NEW.item); RETURN NEW; END $$; \
             CREATE TABLE log (item int, twice int GENERATED ALWAYS AS (item * 2) STORED); \
             CREATE TRIGGER log AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log()",
        )
        .expect("a trigger");
    let raced = race_worker(&url, &[], "psycopg2_shop.py", "naive");
    assert_eq!(raced.counts(), (24, 22), "{raced:#?}");
}

#[test]
fn tables_and_sequences_with_odd_names_are_compared_and_put_back() {
    let url = shop();
    let table = r#""o'dd $$ ""table""#;
    // No schedule inserts more than twice.
    common::postgres(&url)
        .batch_execute(&format!(
            "CREATE TABLE {table} (changes int); CREATE TABLE nothing (); \
             CREATE SEQUENCE \"it's\"; \
             CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN \
             IF nextval('\"it''s\"') > 2 THEN RAISE EXCEPTION 'not put back'; END IF; \
             INSERT INTO {table} VALUES (NEW.item); INSERT INTO nothing DEFAULT VALUES; \
             RETURN NEW; END $f$; \
             CREATE TRIGGER log AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log()"
        ))
        .expect("a trigger");
    let raced = race_worker(&url, &[], "psycopg2_shop.py", "naive");
    assert_eq!(raced.counts(), (24, 22), "{raced:#?}");
    let text = raced.result.to_string();
    assert!(text.contains("o'dd"), "{text}");
}

#[test]
fn what_a_worker_says_beyond_its_line_is_not_the_answer_to_the_next() {
    let told = "exec(open('psycopg2_shop.py').read().replace('serve(buy)', ''))\n\
                print('ready', flush=True)\n\
                for _ in sys.stdin:\n    \
                    try:\n        buy(); print('ok', flush=True)\n    \
                    except Exception as error:\n        \
                        sys.stdout.write(f'\\n{error}and more\\n\\n'); sys.stdout.flush()";
    let command = [PYTHON.as_str(), "-c", told, "serializable"];
    let raced = race(&shop(), &["--worker"], &command);
    assert_eq!(raced.counts(), (24, 0), "{raced:#?}");
    assert_eq!(raced.result["failed"], 22, "{raced:#?}");
    assert_eq!(raced.result["repetitions"], 0, "{raced:#?}");
}

#[test]
fn a_worker_that_closes_its_connection_in_a_transaction_stays() {
    let buy = "import os; open(os.environ['STARTS'], 'a').write(f'{os.getpid()}\\n'); \
         own = psycopg2.connect(''); own.cursor().execute('SELECT units FROM stock'); \
         own.cursor().execute('SELECT units FROM stock FOR UPDATE'); own.close()";
    let folder = tempfile::tempdir().expect("a folder");
    let starts = folder.path().join("starts");
    let variable = format!("STARTS={}", starts.display());
    let raced = race_sql(&shop(), &["--env", &variable], &[buy, buy]);
    assert_eq!(raced.counts().1, 0, "{raced:#?}");
    let text = std::fs::read_to_string(&starts).expect("who has worked");
    let runs = text.lines().count();
    let workers: BTreeSet<&str> = text.lines().collect();
    // A server that is slow to close makes for a new one now and then.
    assert!(
        runs >= 12 && workers.len() <= runs / 3,
        "{workers:?} in {runs} runs"
    );
}
