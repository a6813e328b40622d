//! The outside that lockbench plays: whose call it is, what is kept of it, and when it is no call.

use std::net::{Ipv4Addr, TcpListener};

use super::{PYTHON, Raced, filled, race, race_sql, shell_quoted};

/// In front of what a session does: `call` sends a request, and `outside` is where.
const CALL: &str = "
import os
from urllib.request import Request, urlopen
outside = os.environ['OUTSIDE_URL']
def call(path, body=None, address=outside, **headers):
    with urlopen(Request(address + path, body, headers, method='POST')) as answer:
        return answer.read().decode()
";

/// Races two sessions that do the same.
fn race_calls(more: &[&str], code: &str) -> Raced {
    let code = format!("{CALL}\n{code}");
    let arguments = [&["--outside", "0"], more].concat();
    race_sql(&filled("invoices.sql"), &arguments, &[&code, &code])
}

/// What the sessions leave one after the other.
fn left(raced: &Raced) -> String {
    raced.result["one_after_the_other"][0]["state"].to_string()
}

#[test]
fn a_call_is_kept_with_what_it_brings_and_without_the_session_that_made_it() {
    let code = "
assert call('/bill?id=1', b'10 EUR') == '{\"ok\":true}'
execute('SELECT 1 FROM invoices')";
    let raced = race_calls(&[], code);
    assert_eq!(raced.counts().1, 0, "{raced:#?}");
    let kept = "outside.calls: 2 × (method POST, path /bill?id=1, body 10 EUR)";
    assert!(left(&raced).contains(kept), "{raced:#?}");
}

#[test]
fn calls_of_two_sessions_are_compared_as_they_were_made_whoever_made_them_first() {
    let code = "
call('/hello', os.environ['LOCKBENCH_SESSION'].encode())
execute('SELECT 1 FROM invoices')";
    let raced = race_calls(&[], code);
    // A call, a read, and the end of the transaction: nothing of it holds anybody up.
    assert_eq!(raced.counts(), (20, 0), "{raced:#?}");
}

#[test]
fn an_invariant_can_ask_for_the_calls() {
    let code = "
call('/bill', None, outside, **{'Idempotency-Key': os.environ['LOCKBENCH_SESSION']})
execute('SELECT 1 FROM invoices')";
    let invariant = "SELECT count(*) <= 1 FROM lockbench_outside.calls";
    let raced = race_calls(&["--invariant", invariant], code);
    assert_eq!(raced.counts(), (20, 20), "{raced:#?}");
    let broken = raced.result["witness"]["broken"].to_string();
    assert!(broken.contains("lockbench_outside.calls"), "{raced:#?}");
}

#[test]
fn a_call_that_cannot_be_kept_is_answered_with_an_error_that_says_so() {
    let code = "
import urllib.error
execute('DROP TABLE lockbench_outside.calls')
connection.commit()
try:
    call('/bill')
except urllib.error.HTTPError as error:
    raise Exception(str(error.code) + ' ' + error.read().decode())";
    let raced = race_calls(&[], code);
    assert_eq!(raced.exit, Some(2), "{raced:#?}");
    let words = "500 {\"error\":\"lockbench could not keep this call: relation";
    assert!(raced.said.contains(words), "{raced:#?}");
}

#[test]
fn a_call_that_does_not_say_whose_it_is_fails() {
    let code = "
execute('SELECT 1 FROM invoices')
call('/bill', None, outside.rsplit('/', 1)[0])";
    let raced = race_calls(&[], code);
    assert_eq!(raced.exit, Some(2), "{raced:#?}");
    assert!(raced.said.contains("404"), "{raced:#?}");
}

#[test]
fn a_program_finds_the_outside_by_a_variable_of_its_own() {
    let code = "
call('/bill', None, os.environ['BILLING'])
execute('SELECT 1 FROM invoices')";
    let raced = race_calls(&["--env", "BILLING={outside}/v1"], code);
    assert_eq!(raced.counts(), (20, 0), "{raced:#?}");
    assert!(left(&raced).contains("path /v1/bill)"), "{raced:#?}");
    let without = ["--env", "BILLING={outside}/v1"];
    let raced = race(&filled("invoices.sql"), &without, &["true"]);
    assert_eq!(raced.exit, Some(2), "{raced:#?}");
    assert!(raced.said.contains("add --outside PORT"), "{raced:#?}");
}

/// Races workers with an API; `work` is what each does, with the indentation of a loop's body.
fn race_callers(more: &[&str], before: &str, work: &str) -> Raced {
    let worker = format!(
        "{CALL}
import sys, psycopg2
{before}
connection = psycopg2.connect('')
print('ready', flush=True)
def look():
    with connection, connection.cursor() as cursor:
        cursor.execute('SELECT 1 FROM invoices')
for _ in sys.stdin:
{work}"
    );
    let arguments = [&["--outside", "0", "--worker"], more].concat();
    let command = [PYTHON.as_str(), "-c", &worker];
    race(&filled("invoices.sql"), &arguments, &command)
}

#[test]
fn what_is_called_before_the_work_is_answered_and_not_kept() {
    let migration = shell_quoted(&format!("{CALL}\ncall('/migrated')"));
    let set_up = format!("{} -c {migration}", PYTHON.as_str());
    let work = "
    call('/bill')
    look()
    print('ok', flush=True)";
    let raced = race_callers(&["--setup", &set_up], "call('/ready')", work);
    assert_eq!(raced.counts(), (20, 0), "{raced:#?}");
    let calls = "\"outside.calls: 2 × (method POST, path /bill)\"";
    assert_eq!(left(&raced), calls, "{raced:#?}");
}

#[test]
fn a_call_after_the_end_of_the_work_gives_no_verdict() {
    let work = "
    look()
    print('ok', flush=True)
    call('/late')";
    let raced = race_callers(&[], "", work);
    raced.assert_went_on();
}

#[test]
fn the_calls_of_a_web_application_are_those_of_its_session() {
    let serve = "exec python3 flask_shop.py naive";
    let arguments = ["--outside", "0", "--http", "POST /ship/1", "--serve", serve];
    let raced = race(&filled("shop.sql"), &arguments, &[]);
    assert_eq!(raced.counts(), (50, 48), "{raced:#?}");
    let found = raced.result["witness"]["differences"][0]["found"].as_str();
    let calls = "2 × (method PUT, path /parcels/1, body to Ann)";
    assert_eq!(found, Some(calls), "{raced:#?}");
}

#[test]
fn two_calls_at_once_give_no_verdict() {
    let code = "
import threading
execute('SELECT 1 FROM invoices')
calls = [threading.Thread(target=call, args=['/' + name]) for name in 'ab']
for one in calls: one.start()
for one in calls: one.join()";
    let raced = race_calls(&[], code);
    assert_eq!(raced.exit, Some(4), "{raced:#?}");
}

#[test]
fn a_port_that_is_taken_is_refused_before_anything_runs() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("its number").port().to_string();
    let arguments = ["--outside", &port, "--setup", "touch /nowhere/at/all"];
    let raced = race(&filled("invoices.sql"), &arguments, &["true"]);
    assert_eq!(raced.exit, Some(2), "{raced:#?}");
    let said = format!("port {port} cannot be had for --outside");
    assert!(raced.said.contains(&said), "{raced:#?}");
    assert_eq!(raced.said.trim().lines().count(), 1, "{raced:#?}");
}
