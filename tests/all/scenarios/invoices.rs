//! Several servers bill the same invoices through an external API: who bills twice, and who does
//! not; and what the report says of it.

use std::time::Duration;

use lockbench::db::Backend;
use lockbench::model::candidate::Candidate;
use lockbench::model::load::Load;
use lockbench::model::mistake::Mistake;
use lockbench::model::strategy::{Guard, Promise, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::run::result::RunResult;
use lockbench::run::{Request, Shop};
use lockbench::system::exit::Exit;
use serde_json::Value;

use crate::common;
use crate::common::stories::{
    assert_accounts_add_up, assert_marks_are_right, guarded, invoices, run_until, servers,
    with_a_key,
};

/// The databases that several servers can share over a network.
fn servers_databases() -> Vec<Backend> {
    let mut backends = common::backends();
    backends.retain(|backend| *backend != Backend::Sqlite);
    backends
}

/// Runs it on each of `backends` until somebody was billed twice, and gives what was found.
/// That harm was to be expected, so that the program's exit code is no failure.
fn caught_on(backends: &[Backend], request: &Request, holds: impl Fn(&Found<'_>)) {
    for backend in backends {
        let database = common::database(*backend);
        let see = |result: &RunResult| {
            assert_accounts_add_up(result);
            holds(&Found {
                database: &database,
                result,
            });
        };
        let result = run_until(&database, request, see, |result| {
            result.violations.double_billed > 0
        });
        assert_eq!(result.verdict, Verdict::Unsafe, "{result:#?}");
        assert_ne!(result.promise, Some(Promise::Safe), "{result:#?}");
        assert_eq!(result.exit(), Exit::Held, "{result:#?}");
    }
}

struct Found<'a> {
    database: &'a lockbench::db::Database,
    result: &'a RunResult,
}

/// Runs it on each of `backends`: everybody is billed once, and every invoice is marked.
fn bills_once_on(backends: &[Backend], request: &Request) {
    for backend in backends {
        let database = common::database(*backend);
        let mut shop = Shop::open(&database).unwrap();
        let result = common::run_request(&mut shop, request);
        assert_marks_are_right(&database, &result);
        assert_accounts_add_up(&result);
        let effects = result.effects.as_ref().unwrap();
        assert_eq!(effects.billed_once, 12, "{result:#?}");
        assert!(!result.violations.any(), "{result:#?}");
        assert_eq!(result.verdict, Verdict::Safe, "{result:#?}");
        assert_ne!(result.promise, Some(Promise::Unsafe), "{result:#?}");
        assert_eq!(result.exit(), Exit::Held, "{result:#?}");
    }
}

#[test]
fn naive_bills_twice() {
    let request = invoices(Strategy::Naive, servers(2));
    caught_on(&servers_databases(), &request, |_| {});
}

#[test]
fn whoever_locks_before_looking_or_claims_before_billing_bills_once() {
    for strategy in [
        Strategy::Pessimistic,
        Strategy::Nowait,
        Strategy::SkipLocked,
        Strategy::Atomic,
        Strategy::Advisory,
        Strategy::Leader,
    ] {
        bills_once_on(&servers_databases(), &invoices(strategy, servers(2)));
    }
}

#[test]
fn whoever_notices_only_at_the_write_keeps_the_table_right_and_bills_twice() {
    for strategy in [Strategy::Optimistic, Strategy::Serializable] {
        let request = invoices(strategy, servers(2));
        caught_on(&servers_databases(), &request, |found| {
            assert_marks_are_right(found.database, found.result);
            if found.result.violations.any() {
                assert!(
                    found.result.violations.only_outside(),
                    "{:#?}",
                    found.result
                );
            }
        });
    }
}

#[test]
fn repeatable_read_keeps_postgres_right_and_bills_twice() {
    let request = invoices(Strategy::RepeatableRead, servers(2));
    caught_on(&[Backend::Postgres], &request, |found| {
        assert_marks_are_right(found.database, found.result);
    });
}

#[test]
fn to_bill_after_waiting_without_looking_again_bills_twice() {
    let request = invoices(Mistake::ReadBeforeLock, servers(2));
    caught_on(&servers_databases(), &request, |_| {});
}

#[test]
fn a_mutex_ends_at_the_process_border() {
    bills_once_on(&servers_databases(), &invoices(Strategy::Mutex, servers(1)));
    // Long enough for the two to meet, whenever each gets to work.
    let mut request = invoices(Strategy::Mutex, servers(2));
    request.billing.latency = Duration::from_millis(30);
    caught_on(&servers_databases(), &request, |_| {});
}

#[test]
fn a_second_slot_lets_a_second_worker_in() {
    let semaphore = |slots| {
        let candidate = guarded(Strategy::Mutex, Guard::Semaphore);
        let request = invoices(candidate, servers(1));
        let load = Load {
            slots,
            ..request.load.clone()
        };
        Request { load, ..request }
    };
    bills_once_on(&servers_databases(), &semaphore(1));
    caught_on(&servers_databases(), &semaphore(2), |_| {});
}

#[test]
fn an_idempotency_key_cures_naive() {
    let request = with_a_key(invoices(Strategy::Naive, servers(2)));
    bills_once_on(&common::backends(), &request);
    // Not by calling less often.
    for backend in servers_databases() {
        let database = common::database(backend);
        run_until(&database, &request, assert_accounts_add_up, |result| {
            result.effects.as_ref().unwrap().calls > 12
        });
    }
}

#[test]
fn two_servers_can_share_a_sqlite_file() {
    for strategy in [Strategy::Pessimistic, Strategy::Atomic] {
        bills_once_on(&[Backend::Sqlite], &invoices(strategy, servers(2)));
    }
    let naive: Candidate = Strategy::Naive.into();
    caught_on(&[Backend::Sqlite], &invoices(naive, servers(2)), |_| {});
}

#[test]
fn nowait_says_who_was_turned_away() {
    for backend in servers_databases() {
        let database = common::database(backend);
        let request = invoices(Strategy::Nowait, servers(2));
        let result = run_until(&database, &request, assert_accounts_add_up, |result| {
            result.outcomes.in_use > 0
        });
        let left: u64 = result.servers.iter().map(|server| server.in_use).sum();
        assert_eq!(left, result.outcomes.in_use, "{result:#?}");
        let met = |server: &lockbench::hammer::servers::ServerTally| {
            server.conflicts.get("lock_not_available").copied()
        };
        let met: u64 = result.servers.iter().filter_map(met).sum();
        assert_eq!(met, result.outcomes.in_use, "{result:#?}");
    }
}

fn report(arguments: &[&str]) -> (String, i32) {
    let done = common::lockbench()
        .args(["run", "--scenario", "invoices", "--database"])
        .arg(common::postgres_url())
        .args(arguments)
        .assert();
    let output = done.get_output();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, output.status.code().unwrap())
}

#[test]
fn the_report_says_that_the_tables_are_right_and_the_customers_are_not() {
    let arguments = ["--strategy", "optimistic", "--api-latency", "30ms"];
    let (text, code) = report(&arguments);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(code, 0, "{text}");
    let tables = "20 pending invoices, 20 marked as sent, 0 left, ";
    assert!(lines[0].starts_with(tables), "{text}");
    assert!(lines[0].ends_with("bills too many"), "{text}");
    assert_eq!(
        lines[1],
        "The tables are right but the bills are wrong, which is known of this strategy here: \
         it bills before it notices the conflict, and no rollback takes a bill back."
    );
    assert!(text.contains("\ntwice       "), "{text}");
}

#[test]
fn a_result_that_is_safe_is_backed_by_a_naive_that_bills_twice() {
    let (text, code) = report(&["--strategy", "atomic", "--api-latency", "30ms"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("20 bills sent: nothing billed twice, nothing lost\n"),
        "{text}"
    );
    assert!(text.contains("The same load makes naive fail ("), "{text}");
    assert!(text.contains(" too many"), "{text}");
}

#[test]
fn the_json_has_an_account_of_every_invoice() {
    let arguments = ["--strategy", "naive", "--format", "json", "--items", "7"];
    let (text, _) = report(&arguments);
    let result: Value = serde_json::from_str(&text).expect("one JSON object");
    let effects = &result["effects"];
    let count = |name: &str| effects[name].as_u64().expect(name);
    assert_eq!(
        count("billed_once") + count("billed_twice_or_more") + count("never_billed"),
        7
    );
    assert_eq!(
        (count("billed_not_marked"), count("marked_not_billed")),
        (0, 0)
    );
    assert!(count("calls") >= 7, "{effects}");
    assert_eq!(effects["invoices"].as_array().unwrap().len(), 7);
    assert_eq!(
        result["violations"]["double_billed"],
        count("calls") - 7,
        "{text}"
    );
    assert_eq!(result["violations"]["overspent"], 0);
    let servers = result["servers"].as_array().unwrap();
    assert_eq!(servers.len(), 2);
    assert_eq!(
        (&servers[0]["server"], &servers[1]["server"]),
        (&1.into(), &2.into())
    );
}

#[test]
fn the_events_tell_the_story_of_each_bill() {
    let arguments = [
        "--strategy",
        "atomic",
        "--items",
        "3",
        "--events",
        "--no-control",
    ];
    let (text, _) = report(&arguments);
    for invoice in 1..=3 {
        let told = |what: &str| {
            let line = text.find(what);
            line.unwrap_or_else(|| panic!("{what} in {text}"))
        };
        let sending = told(&format!("sending invoice {invoice} …"));
        let billed = told(&format!("invoice {invoice} billed"));
        let marked = told(&format!("invoice {invoice} marked as sent"));
        assert!(sending < billed && billed < marked, "{text}");
    }
    assert!(text.contains(" s  server 1, worker "), "{text}");
}
