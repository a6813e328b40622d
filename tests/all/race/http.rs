//! Sessions that are requests to a web application, which stays with its pool of connections.

use super::{Raced, race, shop};

/// Races requests to an application that the command starts.
fn race_requests(more: &[&str], requests: &[&str], serve: &str) -> Raced {
    let mut arguments = vec!["--serve", serve];
    for request in requests {
        arguments.extend(["--http", request]);
    }
    arguments.extend(more);
    race(&shop(), &arguments, &[])
}

const APPLICATIONS: [&str; 2] = ["exec python3 flask_shop.py", "exec node express_shop.js"];

#[test]
fn two_requests_that_read_check_and_write_both_sell_the_last_unit() {
    for application in APPLICATIONS {
        let serve = format!("{application} naive");
        let raced = race_requests(&[], &["POST /buy/1"], &serve);
        assert_eq!(raced.counts(), (24, 22), "{serve}: {raced:#?}");
        assert_eq!(raced.exit, Some(1));
        let witness = &raced.result["witness"];
        assert_eq!(witness["endings"][0], "201 Created", "{witness:#}");
        assert_eq!(witness["endings"][1], "201 Created", "{witness:#}");
        // The one that is turned away says so, as its status does.
        let alone = &raced.result["one_after_the_other"][0]["endings"];
        assert_eq!(alone[1], "409 Conflict: sold out", "{alone:#}");
    }
}

#[test]
fn a_lock_that_is_taken_at_the_read_makes_all_requests_right() {
    for application in APPLICATIONS {
        let serve = format!("{application} for-update");
        let raced = race_requests(&[], &["POST /buy/1"], &serve);
        assert_eq!(raced.counts(), (8, 0), "{serve}: {raced:#?}");
        assert_eq!(raced.exit, Some(0));
    }
}

#[test]
fn serializable_refuses_requests_whose_failure_is_their_status() {
    for application in APPLICATIONS {
        let level = ["--isolation", "serializable"];
        let raced = race_requests(&level, &["POST /buy/1"], &format!("{application} naive"));
        assert_eq!(raced.counts(), (24, 0), "{application}: {raced:#?}");
        assert_eq!(raced.result["refused"]["40001"], 22, "{raced:#?}");
    }
}

#[test]
fn what_a_pool_asks_of_its_connections_makes_no_schedule_more() {
    let raced = race_requests(
        &[],
        &["POST /buy/1"],
        "exec python3 flask_shop.py naive ping",
    );
    assert_eq!(raced.counts(), (24, 22), "{raced:#?}");
}

#[test]
fn a_witness_comes_to_the_same_end_twenty_times_of_twenty() {
    let serve = "exec node express_shop.js naive";
    let token = ["--replay", "1.2.2.2.2.1.1.1"];
    let database = shop();
    let mut ends = (0..20).map(|_| {
        let arguments = [&["--serve", serve, "--http", "POST /buy/1"], &token[..]].concat();
        let raced = race(&database, &arguments, &[]);
        assert_eq!(raced.exit, Some(1), "{raced:#?}");
        let result = raced.result;
        (
            result["state"].clone(),
            result["steps"].as_array().map(Vec::len),
        )
    });
    let first = ends.next().expect("one");
    assert_eq!(first.1, Some(8));
    assert!(ends.all(|end| end == first));
}

#[test]
fn each_session_can_send_another_request() {
    let requests = ["POST /buy/1", "POST /buy/{session}"];
    // Nobody has made an item 2: the second request fails alone.
    let raced = race_requests(&[], &requests, "exec python3 flask_shop.py naive");
    assert_eq!(raced.exit, Some(2), "{raced:#?}");
    assert!(
        raced.said.contains("`POST /buy/{session}` fails already"),
        "{}",
        raced.said
    );
    assert!(
        raced.said.contains("500 Internal Server Error"),
        "{}",
        raced.said
    );
}

#[test]
fn a_request_that_goes_on_after_its_answer_gives_no_verdict() {
    let raced = race_requests(&[], &["/late/1"], "exec python3 flask_shop.py naive");
    raced.assert_went_on();
}

#[test]
fn what_cannot_be_served_is_refused_in_a_sentence() {
    let flask = "exec python3 flask_shop.py naive";
    for (requests, serve, said) in [
        (
            &["POST /buy/1"][..],
            "exit 3",
            "ended before it took requests at the port in PORT: exit 3",
        ),
        (
            &["POST /nothing"],
            flask,
            "fails already when it runs alone: 404 Not Found",
        ),
        (
            &["POST http://127.0.0.1:8000/buy/1"],
            flask,
            "names a host: write the path alone",
        ),
        (
            &["POST buy"],
            flask,
            "is no request: write the method and the path",
        ),
        (
            &["POST /buy/1"],
            "python3 -m http.server --bind 127.0.0.1 $PORT",
            "fails already when it runs alone: 501",
        ),
    ] {
        let raced = race_requests(&[], requests, serve);
        assert_eq!(raced.exit, Some(2), "{serve}: {raced:#?}");
        assert!(raced.said.contains(said), "{said} in {}", raced.said);
    }
    let raced = race_requests(&["--header", "nothing"], &["POST /buy/1"], flask);
    assert!(raced.said.contains("'nothing' is no header"), "{raced:#?}");
    let alone = race(&shop(), &["--http", "POST /buy/1"], &[]);
    assert_eq!(alone.exit, Some(2));
    assert!(alone.said.contains("--serve"), "{alone:#?}");
}

/// All sessions in one instance of the application, with one pool of connections.
const SHARED: &str = "--one-instance";

#[test]
fn one_application_for_all_sessions_has_the_schedules_that_one_for_each_has() {
    for application in APPLICATIONS {
        for (how, level, counts) in [
            ("naive", None, (24, 22)),
            ("for-update", None, (8, 0)),
            ("naive", Some("serializable"), (24, 0)),
        ] {
            let serve = format!("{application} {how}");
            let mut arguments = vec![SHARED];
            arguments.extend(level.into_iter().flat_map(|level| ["--isolation", level]));
            let raced = race_requests(&arguments, &["POST /buy/1"], &serve);
            assert_eq!(raced.counts(), counts, "{serve} {level:?}: {raced:#?}");
        }
    }
}

#[test]
fn a_lock_in_the_application_helps_as_long_as_there_is_one_application() {
    let serve = "exec python3 flask_shop.py naive";
    let apart = race_requests(&[], &["POST /buy-locked/1"], serve);
    assert_eq!(apart.counts(), (24, 22), "{apart:#?}");
    assert_eq!(apart.result["waited_in_code"], 0);
    // One of the two begins, and the other does so at any time before that has ended.
    let together = race_requests(&[SHARED], &["POST /buy-locked/1"], serve);
    together.assert_right(10);
    assert_eq!(together.result["waited_in_code"], 8, "{together:#?}");
}

#[test]
fn a_request_with_two_transactions_is_told_from_another_whatever_connections_they_use() {
    let serve = "exec python3 flask_shop.py naive";
    let requests = ["POST /buy-twice/1"];
    let apart = race_requests(&[], &requests, serve);
    // Of three connections, which come in turn, one has soon been used by both.
    for pool in ["ping", "three"] {
        let together = race_requests(&[SHARED], &requests, &format!("{serve} {pool}"));
        assert_eq!(apart.counts(), together.counts(), "{together:#?}");
        assert_eq!(together.exit, Some(1));
        assert_eq!(together.result["waited"], apart.result["waited"]);
    }
}

#[test]
fn what_an_application_does_beside_its_requests_gives_no_verdict() {
    let serve = "exec python3 flask_shop.py for-update";
    let raced = race_requests(&[SHARED], &["POST /buy-noted/1"], serve);
    assert_eq!(raced.exit, Some(4), "{raced:#?}");
}
