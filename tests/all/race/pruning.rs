//! What is left out as equivalent hides nothing: with pruning and without it three sessions end in
//! the same states, in the same ways, and to the same verdict.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;

use super::{Raced, race_sql, race_worker, shop};
use crate::common;

const ALL: &[&str] = &["read-committed", "repeatable-read", "serializable"];
const WEAKEST_AND_STRONGEST: &[&str] = &["read-committed", "serializable"];

/// The states in which schedules ended, each with the endings of the sessions and what is wrong.
fn ends(raced: &Raced) -> BTreeSet<(String, String)> {
    let states = raced.result["final_states"].as_array();
    let states = states.unwrap_or_else(|| panic!("{raced:#?}"));
    states
        .iter()
        .map(|state| (state["state"].to_string(), state["wrong"].to_string()))
        .collect()
}

/// Races what the sessions do with pruning and without it, and gives how many schedules there are
/// with it, and how many without.
fn assert_same(name: &str, race: impl Fn(&[&str]) -> Raced) -> (u64, u64) {
    let (all, pruned) = (race(&["--no-pruning"]), race(&[]));
    let (many, few) = (all.counts().0, pruned.counts().0);
    assert_eq!(ends(&pruned), ends(&all), "{name}: {few} of {many}");
    assert_eq!(pruned.exit, all.exit, "{name}: {few} of {many}");
    assert_eq!(pruned.result["verdict"], all.result["verdict"], "{name}");
    assert_eq!(all.result["pruned"], 0, "{name}");
    assert!(few <= many, "{name}: {few} of {many}");
    (few, many)
}

/// The same for what each session does in a database made by `sql`, at each of these levels. Gives
/// the schedules of the first.
fn assert_same_at(levels: &[&str], sql: &str, more: &[&str], sessions: [&str; 3]) -> (u64, u64) {
    let at_level = |level: &&str| {
        assert_same(&format!("{level}: {}", sessions.join(" | ")), |arguments| {
            let url = common::postgres_url();
            common::postgres(&url).batch_execute(sql).expect("tables");
            let arguments = [&["--isolation", level], more, arguments].concat();
            race_sql(&url, &arguments, &sessions)
        })
    };
    let counts: Vec<(u64, u64)> = levels.iter().map(at_level).collect();
    counts[0]
}

/// So many schedules are left that pruning has paid.
fn assert_fewer((few, many): (u64, u64)) {
    assert!(few < many, "{few} of {many}");
}

const SHOP: &str = include_str!("programs/shop.sql");
const NAIVE: &str = "units = execute('SELECT units FROM stock WHERE id = 1'); \
     execute('UPDATE stock SET units = %s WHERE id = 1', units - 1)";

#[test]
fn units_that_are_read_and_written() {
    // What another database of the server's begins its sessions with is of no interest here.
    let other = common::postgres_url();
    let set = "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = \
         serializable', current_database()); END$$";
    common::postgres(&other)
        .batch_execute(set)
        .expect("a setting");
    assert_fewer(assert_same_at(WEAKEST_AND_STRONGEST, SHOP, &[], [NAIVE; 3]));
}

#[test]
fn units_that_are_locked_or_taken_at_once() {
    let lock = "units = execute('SELECT units FROM stock WHERE id = 1 FOR UPDATE'); \
         units and execute('UPDATE stock SET units = %s WHERE id = 1', units - 1)";
    assert_same_at(ALL, SHOP, &[], [lock; 3]);
    let at_once = "execute('UPDATE stock SET units = units - 1 WHERE id = 1'); \
         execute('SELECT units FROM stock')";
    assert_same_at(ALL, SHOP, &[], [at_once, at_once, NAIVE]);
}

const THREE: &str = "CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE TABLE c (x int); \
     INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1)";

#[test]
fn tables_of_which_one_decides_on_the_other() {
    // Each reads what the next one writes: only together are they wrong.
    let ring = |from: &str, to: &str| {
        format!("x = execute('SELECT x FROM {from}'); execute('UPDATE {to} SET x = %s', x + 1)")
    };
    let (one, two, three) = (ring("a", "b"), ring("b", "c"), ring("c", "a"));
    assert_fewer(assert_same_at(
        WEAKEST_AND_STRONGEST,
        THREE,
        &[],
        [&one, &two, &three],
    ));
    // Whoever only reads decides which of the others is refused.
    let read = "execute('SELECT x FROM a'); execute('SELECT x FROM c')";
    assert_same_at(ALL, THREE, &[], [&one, &two, read]);
    assert_same_at(
        ALL,
        THREE,
        &[],
        [&ring("b", "a"), &one, "execute('SELECT 1 FROM b')"],
    );
}

#[test]
fn statements_without_a_transaction() {
    let alone = |sql: &str| format!("connection.autocommit = True; {sql}");
    let read = alone("x = execute('SELECT x FROM a'); execute('UPDATE b SET x = %s', x + 1)");
    let write = alone("execute('UPDATE a SET x = 5'); execute('UPDATE c SET x = 7')");
    let both = "execute('UPDATE c SET x = x + 1'); execute('UPDATE a SET x = x + 1')";
    assert_fewer(assert_same_at(ALL, THREE, &[], [&read, &write, both]));
}

#[test]
fn statements_that_are_stopped_inside() {
    // What they have read decides what they write, when others may have been there in between.
    let reads_b = "execute('INSERT INTO a SELECT max(x) + 1 FROM b')";
    let reads_a = "execute('UPDATE b SET x = (SELECT count(*) FROM a)')";
    let other = "connection.autocommit = True; execute('UPDATE c SET x = 5'); \
         execute('SELECT x FROM c')";
    assert_fewer(assert_same_at(ALL, THREE, &[], [reads_b, reads_a, other]));
}

#[test]
fn an_error_gives_back_what_came_before_it() {
    let sql = "CREATE TABLE a (x int); CREATE TABLE b (x int PRIMARY KEY); CREATE TABLE c (x int); \
         INSERT INTO a VALUES (1)";
    // Whoever comes second to the key gives the row of the other table back.
    let fails = "execute('UPDATE a SET x = x + 1'); execute('INSERT INTO b VALUES (7)')";
    let first = "execute('INSERT INTO b VALUES (7)')";
    let tries = "execute('SELECT x FROM a FOR UPDATE NOWAIT'); execute('INSERT INTO c VALUES (1)')";
    assert_fewer(assert_same_at(ALL, sql, &[], [fails, tries, first]));
    // One that waits holds what it has.
    let waits = "execute('INSERT INTO c VALUES (1)'); execute('UPDATE a SET x = x * 10')";
    assert_same_at(ALL, sql, &[], [fails, waits, first]);
}

const CHILDREN: &str = "CREATE TABLE parents (id int PRIMARY KEY); \
     CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents ON DELETE CASCADE); \
     CREATE TABLE grandchildren (child int REFERENCES children ON DELETE CASCADE); \
     CREATE TABLE seen (many int); \
     INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 1); \
     INSERT INTO grandchildren VALUES (1)";

#[test]
fn foreign_keys_that_delete_what_refers_to_a_row() {
    let delete = "execute('DELETE FROM parents')";
    let count = "many = execute('SELECT count(*) FROM grandchildren'); \
         execute('INSERT INTO seen VALUES (%s)', many)";
    let update = "execute('UPDATE children SET parent = NULL'); \
         execute('SELECT 1 FROM grandchildren')";
    assert_fewer(assert_same_at(ALL, CHILDREN, &[], [delete, count, update]));
    let add = "execute('INSERT INTO children VALUES (2, 1)')";
    assert_same_at(ALL, CHILDREN, &[], [delete, count, add]);
}

#[test]
fn a_row_that_a_foreign_key_leads_to_is_locked() {
    let lock = "execute('SELECT 1 FROM parents FOR UPDATE'); \
         many = execute('SELECT count(*) FROM children'); \
         execute('INSERT INTO seen VALUES (%s)', many)";
    let add = "execute('INSERT INTO children VALUES (2, 1)')";
    let read = "execute('SELECT 1 FROM parents')";
    assert_fewer(assert_same_at(ALL, CHILDREN, &[], [lock, add, read]));
}

#[test]
fn foreign_keys_that_are_checked_by_the_commit() {
    let sql = "CREATE TABLE parents (id int PRIMARY KEY); CREATE TABLE seen (many int); \
         CREATE TABLE children (parent int REFERENCES parents DEFERRABLE INITIALLY DEFERRED); \
         INSERT INTO parents VALUES (1)";
    let delete = "execute('DELETE FROM parents')";
    let add = "execute('INSERT INTO children VALUES (1)')";
    let count = "many = execute('SELECT count(*) FROM children'); \
         execute('INSERT INTO seen VALUES (%s)', many)";
    assert_fewer(assert_same_at(ALL, sql, &[], [delete, count, add]));
}

#[test]
fn triggers_and_views() {
    let sql = "CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE TABLE c (x int); \
         INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); \
         CREATE FUNCTION also() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN UPDATE b SET x = b.x + NEW.x; RETURN NEW; END'; \
         CREATE TRIGGER also AFTER UPDATE ON a FOR EACH ROW EXECUTE FUNCTION also(); \
         CREATE VIEW seen AS SELECT x FROM b";
    let trigger = "execute('UPDATE a SET x = x + 1')";
    let count = "x = execute('SELECT x FROM seen'); execute('INSERT INTO c VALUES (%s)', x)";
    let write = "execute('UPDATE b SET x = x * 3'); execute('SELECT 1 FROM c')";
    assert_same_at(ALL, sql, &[], [trigger, count, write]);
}

#[test]
fn a_table_that_another_hides() {
    // Whose rows a name means is decided on the connection.
    let hides = "execute('CREATE TEMP TABLE a AS SELECT 100 AS x'); \
         x = execute('SELECT x FROM a'); execute('UPDATE b SET x = %s', x); \
         execute('DROP TABLE a')";
    let write = "execute('UPDATE public.a SET x = 5')";
    let read = "execute('SELECT x FROM b')";
    assert_same("a hidden table", |arguments| {
        let url = common::postgres_url();
        common::postgres(&url).batch_execute(THREE).expect("tables");
        race_sql(&url, arguments, &[hides, write, read])
    });
}

#[test]
fn levels_that_a_session_chooses_for_itself() {
    let set = "connection.set_session(isolation_level='SERIALIZABLE'); \
         x = execute('SELECT x FROM a'); execute('UPDATE b SET x = %s', x + 1)";
    let other = set
        .replace("FROM a", "FROM b")
        .replace("UPDATE b", "UPDATE a");
    let read = set
        .replace("FROM a", "FROM c")
        .replace("UPDATE b SET x = %s", "SELECT %s FROM b");
    assert_same("a level that is set", |arguments| {
        let url = common::postgres_url();
        common::postgres(&url).batch_execute(THREE).expect("tables");
        race_sql(&url, arguments, &[set, &other, &read])
    });
}

#[test]
fn calls_to_the_outside() {
    let call = "import os\n\
         from urllib.request import Request, urlopen\n\
         def call(path):\n    urlopen(Request(os.environ['OUTSIDE_URL'] + path, method='POST')).close()\n";
    // Without a transaction, so that there are few steps.
    let own = |work: &str| format!("{call}connection.autocommit = True\n{work}");
    let bill = own("call('/bill')\nexecute(\"UPDATE invoices SET status = status || '!'\")");
    let look = own("status = execute('SELECT status FROM invoices')\ncall('/' + status)");
    let sql = "CREATE TABLE invoices (status text); INSERT INTO invoices VALUES ('a')";
    let outside = ["--outside", "0"];
    let sessions = [bill.as_str(), &bill, &look];
    assert_fewer(assert_same_at(
        WEAKEST_AND_STRONGEST,
        sql,
        &outside,
        sessions,
    ));
}

#[test]
fn two_sessions_are_never_pruned() {
    for arguments in [&[][..], &["--no-pruning"]] {
        let raced = race_worker(&shop(), arguments, "psycopg2_shop.py", "naive");
        assert_eq!(raced.counts(), (24, 22), "{raced:#?}");
        assert_eq!(raced.result["pruned"], 0, "{raced:#?}");
    }
}
