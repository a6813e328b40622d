//! What people read of a compare and a sweep: made-up numbers, so that every word can be looked at.

#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::collections::BTreeMap;

use insta::assert_snapshot;
use lockbench::audit::{Outcomes, Violations};
use lockbench::ceiling::Ceiling;
use lockbench::compare::{
    CompareResult, Comparison, ControlTally, Judged, Judgement, Percentile, Refused, Round, SCHEMA,
    Setting, SoldLatency, Standing, StandingLatency, TimeShares,
};
use lockbench::db::{Backend, Description};
use lockbench::load::Load;
use lockbench::machine::Machine;
use lockbench::report::compare::{CompareFormat, render};
use lockbench::report::sweep;
use lockbench::result::Distribution;
use lockbench::statistics::Estimate;
use lockbench::strategy::{Promise, Strategy};
use lockbench::sweep::{Axis, AxisName, Crossover, SweepPoint, SweepResult};
use lockbench::verdict::Verdict;

fn about(value: f64) -> Estimate {
    Estimate {
        value,
        low: Some(value * 0.96),
        high: Some(value * 1.05),
    }
}

fn distribution(p50: u64) -> Distribution {
    Distribution {
        count: 1000,
        p50,
        p90: p50 * 2,
        p99: p50 * 4,
        p999: p50 * 8,
        max: p50 * 16,
    }
}

fn standing(strategy: Strategy, rank: Option<u32>, speed: f64) -> Standing {
    let round = |round: u32| Round {
        round,
        seed: round.into(),
        turn: 1,
        goodput_per_s: speed,
        sold: 500,
        attempts: 600,
        p99_us: 4_000,
        elapsed_s: 0.5,
        violations: Violations::default(),
        trial_violations: Violations::default(),
    };
    Standing {
        label: strategy.to_string(),
        strategy: strategy.into(),
        hold_us: 0,
        promise: Some(Promise::Safe),
        verdict: Verdict::Safe,
        reason: None,
        violations: Violations::default(),
        rank,
        no_difference_from: Vec::new(),
        goodput_per_s: rank.map(|_| about(speed)),
        ratio: rank.map(|_| about(speed / 1_000.0)),
        ratio_to_before: None,
        outcomes: Outcomes {
            sold: 3_000,
            ..Outcomes::default()
        },
        attempts_per_sale: 1.2,
        conflicts: BTreeMap::from([("stale_version", 600)]),
        errors: BTreeMap::new(),
        statements_per_sale: Some(5.5),
        round_trips_per_sale: Some(5.5),
        cpu_us_per_sale: 123.4,
        alone_us: 456.7,
        time: TimeShares {
            useful: 0.25,
            waiting: 0.7,
            wasted: 0.05,
            ..TimeShares::default()
        },
        ceiling: (strategy == Strategy::Pessimistic).then(|| Ceiling {
            rtt_us: 30.4,
            flush_us: 80.0,
            hand_over_us: 60.0,
            round_trips_under_lock: 3,
            ceiling_per_s: 4_319.7,
            reached: speed / 4_319.7,
        }),
        latency_us: StandingLatency {
            sold: SoldLatency {
                distribution: distribution(1_000),
                percentiles: vec![Percentile {
                    percentile: 100.0,
                    latency_us: 16_000,
                }],
            },
            first_try: distribution(900),
            retried: distribution(3_000),
            rejected: distribution(0),
            pool_wait: distribution(0),
        },
        rounds: (1..=6).map(round).collect(),
    }
}

fn wrong() -> Standing {
    Standing {
        promise: Some(Promise::Unsafe),
        verdict: Verdict::Unsafe,
        violations: Violations {
            oversold: 83,
            lost_updates: 164,
            ..Violations::default()
        },
        ..standing(Strategy::Naive, None, 2_000.0)
    }
}

fn comparison() -> Comparison {
    let equal = |strategy: Strategy, other: Strategy, speed| Standing {
        no_difference_from: vec![other.to_string()],
        ..standing(strategy, Some(2), speed)
    };
    Comparison {
        load: Load {
            stock: 1_000_000,
            orders: None,
            duration: Some(std::time::Duration::from_millis(500)),
            ..Load::default()
        },
        rounds: 6,
        precise: true,
        reference: Some("pessimistic".to_owned()),
        control: Some(ControlTally {
            strategy: "naive",
            rounds: 1,
            broken_rounds: 1,
            violations: wrong().violations,
        }),
        verdict: Verdict::Safe,
        reason: None,
        ranked: vec![
            standing(Strategy::Atomic, Some(1), 1_420.0),
            equal(Strategy::Pessimistic, Strategy::Optimistic, 1_000.0),
            equal(Strategy::Optimistic, Strategy::Pessimistic, 990.0),
        ],
        unranked: vec![wrong()],
        refused: vec![Refused {
            label: "unit-rows".to_owned(),
            reason: "there are too many units".to_owned(),
        }],
    }
}

fn setting() -> Setting {
    Setting {
        lockbench: "0.1.0",
        command: "lockbench compare --database postgres".to_owned(),
        database: Description {
            backend: Backend::Postgres,
            version: "15.18".to_owned(),
            url: "postgres".to_owned(),
            settings: BTreeMap::new(),
        },
        machine: Machine {
            cores: 2,
            cpu: Some("A processor".to_owned()),
            system: "Linux".to_owned(),
        },
        confidence: 0.95,
        precision: 0.05,
        max_time_s: 60.0,
    }
}

fn result(comparison: Comparison) -> CompareResult {
    CompareResult {
        schema: SCHEMA,
        setting: setting(),
        comparison,
        baseline: None,
        interrupted: false,
        elapsed_s: 31.4,
    }
}

fn written(result: &CompareResult, format: CompareFormat) -> String {
    render(result, format).unwrap().text().unwrap().to_owned()
}

fn swept(format: CompareFormat) -> String {
    let rendered = sweep::render(&sweep_result(), format).unwrap();
    rendered.text().unwrap().to_owned()
}

fn text(result: &CompareResult) -> String {
    anstream::adapter::strip_str(&written(result, CompareFormat::Text)).to_string()
}

fn first_line(result: &CompareResult) -> String {
    text(result).lines().next().unwrap().to_owned()
}

#[test]
fn the_text_of_a_compare() {
    assert_snapshot!("compare_text", text(&result(comparison())));
}

#[test]
fn the_markdown_of_a_compare() {
    let markdown = written(&result(comparison()), CompareFormat::Markdown);
    assert_snapshot!("compare_markdown", markdown);
}

#[test]
fn the_csv_of_a_compare_has_a_line_for_each_number() {
    let csv = written(&result(comparison()), CompareFormat::Csv);
    let of_atomic = csv.lines().filter(|line| line.starts_with("atomic,"));
    assert_snapshot!("compare_csv", of_atomic.collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_verdict_claims_no_more_than_is_shown() {
    let ranked = |ranks: [u32; 3]| {
        let mut comparison = comparison();
        for (standing, rank) in comparison.ranked.iter_mut().zip(ranks) {
            standing.rank = Some(rank);
        }
        result(comparison)
    };
    assert_eq!(
        first_line(&ranked([1, 2, 2])),
        "atomic is fastest: 1.42 (1.36 to 1.49) times pessimistic"
    );
    assert_eq!(
        first_line(&ranked([1, 1, 3])),
        "No difference shown between the fastest, atomic and pessimistic"
    );
    assert_eq!(
        first_line(&ranked([1, 1, 1])),
        "No difference shown between atomic, pessimistic and optimistic"
    );
    let nobody = Comparison {
        ranked: Vec::new(),
        ..comparison()
    };
    assert_eq!(first_line(&result(nobody)), "None of them can be ranked");
}

#[test]
fn a_doubt_and_a_broken_promise_are_said() {
    let doubtful = Comparison {
        control: Some(ControlTally::default()),
        verdict: Verdict::Inconclusive,
        reason: Some("naive broke nothing".to_owned()),
        ..comparison()
    };
    let said = text(&result(doubtful));
    assert!(
        said.contains("inconclusive, because naive broke nothing."),
        "{said}"
    );
    let mut broken = comparison();
    broken.unranked[0].promise = Some(Promise::Safe);
    let broken = result(broken);
    assert_eq!(broken.exit() as u8, 1);
    assert!(text(&broken).contains("it promises to be safe here"));
}

#[test]
fn what_is_slower_than_the_baseline_allows_is_said_before_all_else_but_the_verdict() {
    let mut slower = result(comparison());
    slower.baseline = Some(Judgement {
        baseline: "then.json".to_owned(),
        tolerance: 0.1,
        other_machine: None,
        judged: vec![Judged {
            label: "atomic".to_owned(),
            ratio: Some(about(0.7)),
            slower: true,
        }],
    });
    assert_eq!(slower.exit() as u8, 5);
    let said = text(&slower);
    let line = "Slower than then.json allows by its tolerance of 10 %: \
                atomic sells 0.70 (0.67 to 0.73) times as much as then.";
    assert_eq!(said.lines().nth(1), Some(line), "{said}");
    slower.interrupted = true;
    assert_eq!(slower.exit() as u8, 130);
}

fn sweep_result() -> SweepResult {
    let point = |value: f64, first: Strategy, second: Strategy| {
        let mut at = comparison();
        at.ranked = vec![
            standing(first, Some(1), 1_200.0 * value),
            standing(second, Some(2), 1_000.0 * value),
        ];
        SweepPoint {
            value,
            shown: value.to_string(),
            comparison: at,
        }
    };
    SweepResult {
        schema: lockbench::sweep::SCHEMA,
        setting: Setting {
            command: "lockbench sweep --axis items=1,100".to_owned(),
            ..setting()
        },
        load: Load::default(),
        axis: Axis {
            name: AxisName::Items,
            unit: "",
            logarithmic: true,
            values: vec![1.0, 100.0],
        },
        labels: vec!["pessimistic".to_owned(), "optimistic".to_owned()],
        points: vec![
            point(1.0, Strategy::Pessimistic, Strategy::Optimistic),
            point(100.0, Strategy::Optimistic, Strategy::Pessimistic),
        ],
        crossovers: vec![Crossover {
            faster_above: "optimistic".to_owned(),
            faster_below: "pessimistic".to_owned(),
            at: Estimate {
                value: 27.0,
                low: Some(21.0),
                high: Some(35.0),
            },
            words: "optimistic overtakes pessimistic above 27 items (21 to 35)".to_owned(),
        }],
        interrupted: false,
        elapsed_s: 62.0,
    }
}

#[test]
fn the_text_of_a_sweep() {
    let text = swept(CompareFormat::Text);
    assert_snapshot!("sweep_text", anstream::adapter::strip_str(&text));
}

#[test]
fn the_markdown_of_a_sweep() {
    let markdown = swept(CompareFormat::Markdown);
    assert_snapshot!("sweep_markdown", markdown);
}
