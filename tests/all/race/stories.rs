//! The stories of the project as small programs in Python and Elixir: one credit that is spent in two
//! windows, and invoices that are billed through an API, which lockbench plays.

use super::{Raced, filled, race_worker};

const CREDIT: [&str; 2] = ["psycopg2_credit.py", "elixir_credit.exs"];
const INVOICES: [&str; 2] = ["psycopg2_invoices.py", "elixir_invoices.exs"];

fn race_credit(program: &str, how: &str) -> Raced {
    race_worker(&filled("credit.sql"), &[], program, how)
}

/// Races the billing, with an API at any port.
fn race_invoices(more: &[&str], program: &str, how: &str) -> Raced {
    let arguments = [&["--outside", "0"], more].concat();
    race_worker(&filled("invoices.sql"), &arguments, program, how)
}

/// What a table has in the schedule that goes wrong, where it is not what it should be.
fn found_in<'a>(raced: &'a Raced, table: &str) -> Option<&'a str> {
    let differences = raced.result["witness"]["differences"].as_array()?;
    let found = differences.iter().find(|one| one["table"] == table)?;
    found["found"].as_str()
}

#[test]
fn credit_that_is_read_checked_and_written_is_spent_twice() {
    for program in CREDIT {
        let raced = race_credit(program, "naive");
        assert_eq!(raced.counts(), (24, 22), "{program}: {raced:#?}");
        assert_eq!(raced.exit, Some(1));
        assert!(found_in(&raced, "purchases").is_some(), "{raced:#?}");
    }
}

#[test]
fn credit_that_is_locked_at_the_read_or_taken_in_one_statement_is_spent_once() {
    for program in CREDIT {
        for (how, schedules) in [("for-update", 8), ("atomic", 6)] {
            race_credit(program, how).assert_right(schedules);
        }
    }
}

#[test]
fn an_invoice_that_is_looked_at_billed_and_marked_is_billed_twice() {
    for program in INVOICES {
        let raced = race_invoices(&[], program, "naive");
        assert_eq!(raced.counts(), (50, 48), "{program}: {raced:#?}");
        assert_eq!(raced.exit, Some(1));
        // The table of the invoices does not show it: only what was called does.
        let calls = found_in(&raced, "outside.calls");
        assert_eq!(calls, Some("2 × (method POST, path /bill/1)"), "{raced:#?}");
        assert_eq!(found_in(&raced, "invoices"), None);
        let name = &raced.result["witness"]["anomaly"]["name"];
        assert_eq!(name, "effect-twice", "{raced:#?}");
        let steps = &raced.result["witness"]["steps"];
        let steps = steps.as_array().into_iter().flatten();
        let calls = steps.filter(|step| step["sql"] == "POST /bill/1" && step["result"] == "200");
        assert_eq!(calls.count(), 2, "{raced:#?}");
        // What was found is found again, from the token alone.
        let witness = &raced.result["witness"];
        assert_eq!(witness["repeats"], true, "{raced:#?}");
        let token = witness["replay"].as_str().expect("a token");
        let again = race_invoices(&["--replay", token], program, "naive");
        assert_eq!(again.result["broken"], witness["broken"], "{again:#?}");
        assert_eq!(again.exit, Some(1));
    }
}

#[test]
fn a_lock_at_the_look_has_every_invoice_billed_once() {
    for program in INVOICES {
        race_invoices(&[], program, "for-update").assert_right(8);
    }
}

#[test]
fn an_invoice_that_is_claimed_before_the_call_is_billed_once() {
    for program in INVOICES {
        race_invoices(&[], program, "claim").assert_right(10);
    }
}

#[test]
fn a_call_whose_key_is_known_bills_nobody_again() {
    for program in INVOICES {
        race_invoices(&[], program, "key").assert_right(50);
    }
}

#[test]
fn a_refused_transaction_does_not_take_its_call_back() {
    for program in INVOICES {
        let raced = race_invoices(&["--isolation", "serializable"], program, "naive");
        assert_eq!(raced.counts(), (50, 48), "{program}: {raced:#?}");
        assert_eq!(raced.result["refused"]["40001"], 48, "{raced:#?}");
        assert!(found_in(&raced, "outside.calls").is_some(), "{raced:#?}");
    }
}

/// A user with ten windows open. Of the more than three million orders of them, one after the other,
/// those are tried first that a schedule is likely to be like.
#[test]
fn credit_in_ten_windows_is_held_against_an_invariant() {
    let windows = |how: &str| {
        let invariant = "SELECT count(*) <= 1 FROM purchases";
        let arguments = [
            "--sessions",
            "10",
            "--random",
            "50",
            "--invariant",
            invariant,
        ];
        race_worker(&filled("credit.sql"), &arguments, "psycopg2_credit.py", how)
    };
    let raced = windows("naive");
    let (schedules, broken) = raced.counts();
    assert_eq!(schedules, 50, "{raced:#?}");
    assert!(broken > 0, "{raced:#?}");
    assert_eq!(raced.exit, Some(1), "{raced:#?}");
    let wrong = raced.result["witness"]["broken"].to_string();
    assert!(wrong.contains("the invariant does not hold"), "{raced:#?}");
    for how in ["for-update", "atomic"] {
        let raced = windows(how);
        assert_eq!(raced.counts(), (50, 0), "{raced:#?}");
        // Not because there were too many orders to try.
        let reason = raced.result["reason"].as_str();
        let reason = reason.unwrap_or_else(|| panic!("{raced:#?}"));
        assert!(reason.contains("50 random schedules"), "{raced:#?}");
        assert_eq!(raced.exit, Some(4), "{raced:#?}");
    }
}
