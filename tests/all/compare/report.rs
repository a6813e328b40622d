//! What people read of a compare and a sweep: made-up numbers, so that every word can be looked at.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use lockbench::compare::statistics::Estimate;
use lockbench::compare::sweep::{Axis, AxisName, Crossover, SweepPoint, SweepResult};
use lockbench::compare::{
    CompareResult, Comparison, Completeness, Conditions, ControlTally, Judged, Judgement,
    Percentile, Refused, Round, SCHEMA, SoldLatency, Standing, StandingLatency, TimeShares, Timing,
    Verdict as Fares,
};
use lockbench::db::{Backend, Description};
use lockbench::model::load::Load;
use lockbench::model::strategy::{Promise, Strategy};
use lockbench::model::verdict::Verdict;
use lockbench::report::compare::{CompareFormat, render};
use lockbench::report::sweep;
use lockbench::run::audit::{OutcomeCounts, Violations};
use lockbench::run::ceiling::Ceiling;
use lockbench::run::result::Distribution;
use lockbench::system::machine::Machine;

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
        p50: Some(p50),
        p90: Some(p50 * 2),
        p99: Some(p50 * 4),
        p999: Some(p50 * 8),
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
        p99_us: Some(4_000),
        duration_us: Some(500_000),
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
        durability: lockbench::run::durability::Durability::default(),
        rank,
        no_difference_from: Vec::new(),
        goodput_per_s: rank.map(|_| about(speed)),
        ratio: rank.map(|_| about(speed / 1_000.0)),
        ratio_to_before: None,
        outcomes: OutcomeCounts {
            sold: 3_000,
            ..OutcomeCounts::default()
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
        completeness: Completeness::Complete,
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

fn conditions() -> Conditions {
    Conditions {
        lockbench: "0.1.0",
        command: "lockbench compare --database postgres".to_owned(),
        database: Description {
            backend: Backend::Postgres,
            version: "15.18".to_owned(),
            url: "postgres".to_owned(),
            settings: BTreeMap::new(),
            session_settings: Vec::new(),
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
        conditions: conditions(),
        comparison,
        baseline: None,
        interrupted: false,
        timing: Timing::default(),
        elapsed_s: 31.4,
    }
}

fn written(result: &CompareResult, format: CompareFormat) -> String {
    render(result, format, usize::MAX)
        .unwrap()
        .text()
        .unwrap()
        .to_owned()
}

fn swept(format: CompareFormat) -> String {
    let rendered = sweep::render(&sweep_result(), format, usize::MAX).unwrap();
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
        "atomic is fastest: 1.42 (1.36 to 1.49) × pessimistic"
    );
    assert_eq!(
        first_line(&ranked([1, 1, 3])),
        "No measurable difference between the fastest: atomic and pessimistic"
    );
    assert_eq!(
        first_line(&ranked([1, 1, 1])),
        "No measurable difference between atomic, pessimistic and optimistic"
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
        notes: Vec::new(),
        judged: vec![Judged {
            label: "atomic".to_owned(),
            ratio: Some(about(0.7)),
            slower: true,
            verdict: Fares::Slower,
        }],
    });
    assert_eq!(slower.exit() as u8, 5);
    let said = text(&slower);
    let line = "Slower than then.json, by more than the tolerance of 10 %: \
                atomic sells 0.70 (0.67 to 0.73) times as much as in the baseline.";
    assert_eq!(said.lines().nth(1), Some(line), "{said}");
    slower.interrupted = true;
    assert_eq!(slower.exit() as u8, 130);
}

#[test]
fn a_baseline_that_leaves_it_open_is_inconclusive() {
    let mut open = result(comparison());
    open.baseline = Some(Judgement {
        baseline: "then.json".to_owned(),
        tolerance: 0.1,
        other_machine: None,
        notes: vec!["The database is a different patch release.".to_owned()],
        judged: vec![Judged {
            label: "atomic".to_owned(),
            ratio: Some(Estimate {
                value: 1.4,
                low: Some(0.82),
                high: Some(2.5),
            }),
            slower: false,
            verdict: Fares::Unknown,
        }],
    });
    assert_eq!(open.exit() as u8, 4);
    let said = text(&open);
    for words in [
        "Inconclusive: whether any is more than 10 % slower than in then.json is not known.",
        "atomic sells 1.40 (0.82 to 2.50) times as much as in the baseline",
        "The database is a different patch release.",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

/// Both ways to have less than it takes for a verdict, and what is then said first.
const CUT_SHORT: [(Completeness, u32, &str); 4] = [
    (
        Completeness::Interrupted,
        0,
        "Interrupted before the first round was finished",
    ),
    (
        Completeness::Interrupted,
        2,
        "Interrupted after 2 of at least 6 rounds",
    ),
    (
        Completeness::Interrupted,
        8,
        "Interrupted after 8 rounds. So far: ",
    ),
    (
        Completeness::TooFewRounds,
        3,
        "Only 3 rounds fitted into 60 s, but it takes 6 to tell strategies apart",
    ),
];

fn cut_short(completeness: Completeness, rounds: u32, comparison: Comparison) -> Comparison {
    Comparison {
        completeness,
        rounds,
        verdict: Verdict::Inconclusive,
        reason: Some("it was interrupted".to_owned()),
        ..comparison
    }
}

#[test]
fn what_was_cut_short_says_so_first_in_every_format() {
    for (completeness, rounds, said) in CUT_SHORT {
        let interrupted = completeness == Completeness::Interrupted;
        let mut compare = result(cut_short(completeness, rounds, comparison()));
        compare.interrupted = interrupted;
        let mut sweep = sweep_result();
        sweep.interrupted = interrupted;
        for point in &mut sweep.points {
            point.comparison = cut_short(completeness, rounds, point.comparison.clone());
        }
        for code in [compare.exit() as u8, sweep.exit() as u8] {
            assert_eq!(code, if interrupted { 130 } else { 4 }, "{said}");
        }
        let formats = |format: CompareFormat| {
            let sweep = sweep::render(&sweep, format, usize::MAX).unwrap();
            [written(&compare, format), sweep.text().unwrap().to_owned()]
        };
        for text in formats(CompareFormat::Text) {
            let text = anstream::adapter::strip_str(&text).to_string();
            assert!(text.starts_with(said), "{text}");
        }
        for markdown in formats(CompareFormat::Markdown) {
            assert!(markdown.starts_with(&format!("## {said}")), "{markdown}");
        }
        for page in formats(CompareFormat::Html) {
            assert!(page.contains(&format!("<h1>{said}")), "{said}");
        }
        let word = if interrupted {
            "interrupted"
        } else {
            "too-few-rounds"
        };
        for json in formats(CompareFormat::Json) {
            let json: serde_json::Value = serde_json::from_str(&json).unwrap();
            let comparison = json.pointer("/points/0").unwrap_or(&json);
            assert_eq!(comparison["completeness"], word);
            assert_eq!(comparison["verdict"], "inconclusive");
        }
        for csv in formats(CompareFormat::Csv) {
            let second = csv.lines().nth(1).unwrap_or_default();
            assert!(
                second.contains(&format!("{}_rounds", word.split('-').next().unwrap()))
                    || second.contains("too_few_rounds"),
                "{csv}"
            );
        }
        let short = match interrupted {
            true => "Interrupted",
            false => "Too few",
        };
        for svg in formats(CompareFormat::Svg) {
            assert!(
                svg.contains(&format!("<title id=\"title\">{short}")),
                "{short}: {svg}"
            );
            let axis = svg.split("</title>").nth(1).unwrap();
            assert!(axis.contains(short), "what is seen says so too: {svg}");
        }
    }
}

#[test]
fn those_that_are_compared_are_in_the_order_of_what_is_shown_first() {
    // The ratio is taken pair by pair, so that the goodputs may be in another order.
    let mut comparison = comparison();
    comparison.ranked[2].goodput_per_s = Some(about(2_000.0));
    let text = text(&result(comparison));
    let rows: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.contains("  × pessimistic"))
        .skip(1)
        .take(3)
        .collect();
    let ratios: Vec<f64> = rows
        .iter()
        .map(|row| {
            let ratio = row.split_whitespace().nth(2).unwrap();
            ratio.parse().unwrap()
        })
        .collect();
    assert!(ratios.is_sorted_by(|one, next| one >= next), "{text}");
    let bars = text.lines().filter(|line| line.contains('█'));
    let lengths: Vec<usize> = bars.map(|bar| bar.matches(['█', '▒']).count()).collect();
    assert_eq!(lengths.len(), 3);
    assert!(lengths.is_sorted_by(|one, next| one >= next), "{text}");
}

#[test]
fn a_percentile_of_too_few_orders_is_no_number_in_any_format() {
    let unknown = |comparison: &mut Comparison| {
        for one in comparison.ranked.iter_mut().chain(&mut comparison.unranked) {
            for distribution in [
                &mut one.latency_us.sold.distribution,
                &mut one.latency_us.first_try,
                &mut one.latency_us.retried,
            ] {
                distribution.count = 50;
                distribution.p99 = None;
                distribution.p999 = None;
            }
        }
    };
    let mut few = comparison();
    unknown(&mut few);
    let compare = result(few);
    let mut sweep = sweep_result();
    for point in &mut sweep.points {
        unknown(&mut point.comparison);
    }
    let rendered = |format: CompareFormat| {
        let sweep = sweep::render(&sweep, format, usize::MAX).unwrap();
        [written(&compare, format), sweep.text().unwrap().to_owned()]
    };
    // 4 ms is what p99 would be, and 8 ms p99.9.
    for format in [
        CompareFormat::Text,
        CompareFormat::Markdown,
        CompareFormat::Html,
        CompareFormat::Csv,
    ] {
        for text in rendered(format) {
            for before in [' ', '>'] {
                assert!(!text.contains(&format!("{before}4.00 ms")), "{text}");
                assert!(!text.contains(&format!("{before}8.00 ms")), "{text}");
            }
            if format == CompareFormat::Csv {
                assert!(!text.contains("latency_us_p99,sold"), "{text}");
            } else {
                assert!(text.contains('—'), "{text}");
            }
        }
    }
    for json in rendered(CompareFormat::Json) {
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let comparison = json.pointer("/points/0").unwrap_or(&json);
        let sold = &comparison["ranked"][0]["latency_us"]["sold"];
        assert!(sold["p99"].is_null() && sold["p50"].is_number(), "{sold}");
    }
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
        schema: lockbench::compare::sweep::SCHEMA,
        conditions: Conditions {
            command: "lockbench sweep --axis items=1,100".to_owned(),
            ..conditions()
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
        timing: Timing::default(),
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

#[test]
fn a_narrow_terminal_has_the_same_columns_one_below_the_other() {
    for width in [40, 80] {
        let comparison = render(&result(comparison()), CompareFormat::Text, width).unwrap();
        let sweep = sweep::render(&sweep_result(), CompareFormat::Text, width).unwrap();
        for (name, report) in [("compare", comparison), ("sweep", sweep)] {
            let text = anstream::adapter::strip_str(report.text().unwrap()).to_string();
            let overlong = text
                .lines()
                .find(|line| line.chars().count() > width && line.trim().contains(' '));
            assert_eq!(overlong, None, "{text}");
            insta::assert_snapshot!(format!("{name}_text_{width}"), text);
        }
    }
}

#[test]
fn the_page_of_results_has_the_columns_of_todays_report() {
    let cells = |line: &str| -> Vec<String> {
        let cells = line.split('|').map(str::trim);
        cells.map(str::to_owned).collect()
    };
    let is_heading = |line: &&str| line.contains("goodput per second |");
    let today = written(&result(comparison()), CompareFormat::Markdown);
    let today = cells(today.lines().find(is_heading).expect("a ranking"));
    let page = include_str!("../../../docs/results.md");
    let headings: Vec<&str> = page
        .lines()
        .filter(|line| line.contains("goodput per second |"))
        .collect();
    assert_eq!(headings.len(), 3, "{headings:?}");
    for heading in headings {
        assert_eq!(cells(heading), today);
    }
}
