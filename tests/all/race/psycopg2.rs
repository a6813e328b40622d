//! psycopg2, whose counts are known exactly: two sessions buy the last unit.

use super::{PYTHON, race, race_worker, shop};

#[test]
fn two_programs_that_read_check_and_write_both_sell_the_last_unit() {
    let command = [PYTHON.as_str(), "psycopg2_shop.py", "naive"];
    let raced = race(&shop(), &[], &command);
    assert_eq!(raced.counts(), (24, 22), "{raced:#?}");
    assert_eq!(raced.exit, Some(1));
    let result = &raced.result;
    assert_eq!(result["verdict"], "unsafe");
    let witness = &result["witness"];
    assert_eq!(witness["repeats"], true);
    assert_eq!(witness["differences"][0]["table"], "orders", "{witness:#}");
    assert_eq!(witness["endings"][0], "exit 0");
    assert!(result["left_out"]["orders.made"].is_string());
    // What was found is found again, from the token alone.
    let token = witness["replay"].as_str().expect("a token");
    let again = race(&shop(), &["--replay", token], &command);
    assert_eq!(again.exit, Some(1));
    assert_eq!(again.result["replay"], token);
    assert_eq!(again.result["broken"], witness["broken"]);
}

#[test]
fn a_lock_that_is_taken_at_the_read_makes_all_orders_right() {
    let raced = race_worker(&shop(), &[], "psycopg2_shop.py", "for-update");
    assert_eq!(raced.counts(), (8, 0), "{raced:#?}");
    assert_eq!(raced.exit, Some(0));
    assert_eq!(raced.result["verdict"], "safe");
}

#[test]
fn serializable_refuses_what_would_be_wrong_and_the_refusals_are_counted() {
    let own = race_worker(&shop(), &[], "psycopg2_shop.py", "serializable");
    // The level is as good where race sets it, and the program does not know.
    let set = ["--isolation", "serializable"];
    let given = race_worker(&shop(), &set, "psycopg2_shop.py", "naive");
    for raced in [own, given] {
        assert_eq!(raced.counts(), (24, 0), "{raced:#?}");
        assert_eq!(raced.result["failed"], 22);
        assert_eq!(raced.result["refused"]["40001"], 22);
        assert_eq!(raced.exit, Some(0));
    }
}

#[test]
fn every_statement_can_be_a_step() {
    let every = ["--every-statement"];
    let raced = race_worker(&shop(), &every, "psycopg2_shop.py", "naive");
    assert_eq!(raced.counts(), (92, 80), "{raced:#?}");
}
