//! Sweeping an axis, and where one strategy overtakes another.

use serde_json::Value;

use crate::common;

/// What a sweep that ends with `code` says.
fn sweep(code: i32, format: &str, more: &[&str]) -> String {
    let done = common::lockbench()
        .args(["sweep", "--warm-up", "20ms", "--format", format])
        .args(more)
        .assert()
        .code(code);
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

#[test]
fn a_crossover_is_found_where_one_overtakes_the_other() {
    // One stays at its hold, and the other follows the axis; as many rounds as it takes for a
    // stalled disk to be outvoted.
    let arguments = [
        "--axis",
        "hold=0ms,60ms",
        "--strategies",
        "steady=pessimistic+hold=15ms,moving=pessimistic",
        "--threads",
        "2",
        "--duration",
        "200ms",
        "--precision",
        "40%",
        "--max-time",
        "5m",
    ];
    let result: Value = serde_json::from_str(&sweep(0, "json", &arguments)).unwrap();
    assert_eq!(result["schema"], "lockbench.sweep/1");
    assert_eq!(result["axis"]["name"], "hold");
    assert_eq!(result["axis"]["unit"], "µs");
    assert_eq!(result["axis"]["logarithmic"], false);
    assert_eq!(result["axis"]["values"], serde_json::json!([0.0, 60_000.0]));
    assert_eq!(result["labels"], serde_json::json!(["steady", "moving"]));
    let points = result["points"].as_array().unwrap();
    assert_eq!(points.len(), 2);
    assert_eq!(points[1]["shown"], "60ms");
    assert_eq!(points[1]["load"]["hold_us"], 60_000);
    assert_eq!(points[0]["rounds"], points[1]["rounds"]);
    let [crossover] = result["crossovers"].as_array().unwrap().as_slice() else {
        panic!("not one crossover: {}", result["crossovers"]);
    };
    assert_eq!(crossover["faster_above"], "steady");
    assert_eq!(crossover["faster_below"], "moving");
    let at = |key: &str| crossover["at"][key].as_f64().unwrap();
    assert!(
        at("low") <= at("value") && at("value") <= at("high"),
        "{crossover}"
    );
    assert!(at("value") > 0.0 && at("value") < 60_000.0, "{crossover}");
    let words = crossover["words"].as_str().unwrap();
    assert!(
        words.starts_with("steady overtakes moving above a hold of "),
        "{words}"
    );
}

#[test]
fn every_format_has_every_point() {
    let axis = [
        "--axis",
        "threads=1,4",
        "--strategies",
        "pessimistic,naive",
        "--hold",
        "1ms",
        "--duration",
        "60ms",
        "--precision",
        "90%",
        "--max-time",
        "5m",
    ];
    // Alone, naive cannot break: what is right there is inconclusive.
    let text = sweep(4, "text", &axis);
    assert!(
        text.contains("Naive broke nothing at threads=1: "),
        "{text}"
    );
    assert!(
        text.contains("threads  pessimistic       naive\n"),
        "{text}"
    );
    assert!(text.contains("naive at threads=4: oversold"), "{text}");
    let csv = sweep(4, "csv", &axis);
    assert!(
        csv.starts_with("threads,strategy,rank,measure,of,value,low,high\n"),
        "{csv}"
    );
    for line in [
        "\n1,pessimistic,1,goodput_per_s,",
        "\n4,pessimistic,1,latency_us_p50,sold,",
    ] {
        assert!(csv.contains(line), "{line}");
    }
    let markdown = sweep(4, "markdown", &axis);
    assert!(markdown.contains("| not ranked |"), "{markdown}");
}

#[test]
fn an_axis_that_makes_no_sweep_is_refused() {
    for (axis, said) in [
        ("threads", "write NAME=VALUE"),
        ("speed=1,2", "there are threads, items, skew, hold and pool"),
        ("items=10,1", "ascending order"),
        ("threads=0,1", "at least one thread"),
        ("hold=1,2", "hold cannot be"),
        ("hold=0,1s", "no order can finish within a round of 500ms"),
    ] {
        let done = common::lockbench()
            .args(["sweep", "--axis", axis])
            .assert()
            .code(2)
            .stdout("");
        let text = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(text.contains(said), "{axis}: {text}");
    }
}
