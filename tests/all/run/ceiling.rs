//! What the server allows a hot item at the most is measured and shown where it means something,
//! and nowhere else.

use std::time::Duration;

use lockbench::db::Backend;
use lockbench::model::load::Load;
use lockbench::model::strategy::Strategy;
use lockbench::report::run::{Format, render};
use lockbench::run::ceiling;
use lockbench::run::{Request, Shop};

use crate::common;

/// Orders enough, and so much for sale that nobody is turned away.
fn hot() -> Load {
    Load {
        stock: 1_000_000,
        orders: Some(2_500),
        ..Load::default()
    }
}

#[test]
fn a_hot_item_has_a_ceiling_by_the_round_trips_under_its_lock() {
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).unwrap();
    for (strategy, round_trips) in [(Strategy::Atomic, 2), (Strategy::Pessimistic, 3)] {
        let result = common::run(&mut shop, strategy, &hot());
        let ceiling = result.ceiling.expect("a ceiling");
        assert_eq!(ceiling.round_trips_under_lock, round_trips, "{strategy}");
        let cycle_us =
            f64::from(round_trips) * ceiling.rtt_us + ceiling.flush_us + ceiling.hand_over_us;
        let expected = 1e6 / cycle_us;
        assert!(
            (ceiling.ceiling_per_s / expected - 1.0).abs() < 1e-6,
            "{ceiling:?}"
        );
        assert!(ceiling.rtt_us > 0.0 && ceiling.reached > 0.0, "{ceiling:?}");
        let text = render(&result, Format::Text, usize::MAX).unwrap();
        let words = format!("that this server allows for {round_trips} round trips under the lock");
        assert!(text.contains(&words), "{text}");
    }
}

#[test]
fn where_it_means_nothing_there_is_none() {
    let cold = Load {
        items: 100,
        ..hot()
    };
    let few = Load {
        orders: Some(200),
        ..hot()
    };
    let short = Load {
        orders: None,
        duration: Some(Duration::from_millis(50)),
        ..hot()
    };
    let alone = Load {
        threads: 1,
        pool: 1,
        ..hot()
    };
    let is_meant_for = |backend, strategy: Strategy, load: &Load| {
        ceiling::is_meant_for(&Request::new(strategy, load.clone()), backend)
    };
    assert!(is_meant_for(Backend::Postgres, Strategy::Atomic, &hot()));
    assert!(is_meant_for(Backend::Mysql, Strategy::Atomic, &hot()));
    for (backend, strategy, load) in [
        (Backend::Postgres, Strategy::Optimistic, hot()),
        (Backend::Postgres, Strategy::Atomic, cold),
        (Backend::Postgres, Strategy::Atomic, few),
        (Backend::Postgres, Strategy::Atomic, short),
        (Backend::Postgres, Strategy::Atomic, alone),
        // Its waiters look again after a sleep, which no hand-over describes.
        (Backend::Sqlite, Strategy::Atomic, hot()),
    ] {
        let meant = is_meant_for(backend, strategy, &load);
        assert!(!meant, "{strategy} on {backend}: {load:?}");
    }
    // And then nothing is measured, nor said.
    let database = common::database(Backend::Postgres);
    let mut shop = Shop::open(&database).unwrap();
    let result = common::run(&mut shop, Strategy::Atomic, &Load::default());
    assert_eq!(result.ceiling, None);
    let text = render(&result, Format::Text, usize::MAX).unwrap();
    assert!(!text.contains("ceiling"), "{text}");
}

#[test]
fn a_compare_shows_how_close_each_came_whose_buyers_wait_for_each_other() {
    let candidates = "pessimistic,atomic,optimistic";
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("compare.json");
    let done = common::lockbench()
        .args(["compare", "--strategies", candidates, "--threads", "4"])
        .args([
            // Not a time: of a slow machine too few orders would be left to tell a speed from.
            "--orders",
            "1000",
            "--warm-up",
            "50ms",
            "--precision",
            "90%",
            "--max-time",
            "5m",
        ])
        .args(["--database", &common::postgres_url(), "--also"])
        .arg(&json)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout);
    let result = std::fs::read_to_string(&json).unwrap_or_else(|_| panic!("{done:?}"));
    let result: serde_json::Value = serde_json::from_str(&result).unwrap();
    let ranked = result["ranked"].as_array().unwrap();
    for (label, round_trips) in [
        ("pessimistic", Some(3)),
        ("atomic", Some(2)),
        ("optimistic", None),
    ] {
        let one = ranked
            .iter()
            .find(|one| one["label"] == label)
            .expect(label);
        let ceiling = &one["ceiling"];
        assert_eq!(
            ceiling["round_trips_under_lock"].as_u64(),
            round_trips,
            "{label}"
        );
        if round_trips.is_some() {
            let allowed = ceiling["ceiling_per_s"].as_f64().unwrap().round();
            let shown = text.lines().any(|line| {
                let line = line.replace(',', "");
                line.starts_with(label) && line.contains(&format!("{allowed} per second"))
            });
            assert!(shown, "{label}: {allowed}\n{text}");
        }
    }
}
