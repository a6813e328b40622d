//! Which strategy to take, in plain words.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod common;

use serde_json::Value;

fn advise(format: &str, more: &[&str]) -> String {
    let done = common::lockbench()
        .args([
            "advise",
            "--duration",
            "50ms",
            "--warm-up",
            "10ms",
            "--max-time",
            "1s",
        ])
        .args(["--hold", "1ms", "--format", format])
        .args(more)
        .assert()
        .code(0);
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

#[test]
fn the_advice_says_what_to_take_and_why() {
    let text = advise(
        "text",
        &["--no-outlook", "--strategies", "naive,pessimistic,atomic"],
    );
    assert!(text.starts_with("Take "), "{text}");
    for words in [
        "per second at these numbers",
        "When it fails: ",
        "What it costs: ",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(
        !text.contains("naive  "),
        "what is unsafe is not compared: {text}"
    );
}

#[test]
fn what_other_numbers_would_change_is_looked_at() {
    let arguments = ["--threads", "4", "--strategies", "pessimistic,atomic"];
    let advice: Value = serde_json::from_str(&advise("json", &arguments)).unwrap();
    assert_eq!(advice["schema"], "lockbench.advise/1");
    let chosen = &advice["recommendation"]["label"];
    assert!(["pessimistic", "atomic"].contains(&chosen.as_str().unwrap()));
    let outlook = advice["outlook"].as_array().unwrap();
    let what: Vec<&str> = outlook
        .iter()
        .map(|one| one["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        what,
        [
            "10 items instead of 1",
            "1 thread instead of 4",
            "16 threads instead of 4"
        ]
    );
    for one in outlook {
        assert!(one["rounds"].as_u64().unwrap() >= 6, "{one}");
        let claims = u32::from(one["change"].is_object()) + u32::from(one["stays_ahead"] == true);
        assert!(claims <= 1, "{one}");
    }
}
