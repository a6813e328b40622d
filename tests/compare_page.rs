//! `lockbench compare` and `sweep` as pages and pictures: what the files hold, and what a browser
//! makes of them.

mod common;
// Not a part of `common`: few tests need a browser.
#[path = "common/browser.rs"]
mod browser;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use browser::{Browser, Picture};
use nix::pty::openpty;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

/// A label that would become a part of a page which does not take care.
const NASTY: &str = "<b>nasty</b>&amp;";

/// One measurement on a real database, in every format.
struct Files(TempDir);

impl Files {
    fn measured(command: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut lockbench = common::lockbench();
        lockbench.arg(command).args(arguments);
        lockbench.args(["--duration=30ms", "--warm-up=5ms", "--max-time=1s"]);
        for ending in ["html", "json", "csv", "md", "svg", "png", "txt"] {
            let file = folder.path().join(format!("result.{ending}"));
            lockbench.arg("--also").arg(file);
        }
        lockbench.assert().success();
        Self(folder)
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.0.path().join(format!("result.{ending}"))
    }

    fn text(&self, ending: &str) -> String {
        fs::read_to_string(self.path(ending)).expect("a text")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text("json")).expect("JSON")
    }
}

static COMPARE: LazyLock<Files> = LazyLock::new(|| {
    let nasty = format!("{NASTY}=mutex");
    let strategies = format!("pessimistic,naive,optimistic,{nasty}");
    Files::measured("compare", &["--hold=200us", "--strategies", &strategies])
});

static SWEEP: LazyLock<Files> = LazyLock::new(|| {
    let arguments = [
        "--axis=threads=2,4",
        "--strategies=mutex,atomic,naive",
        "--hold=200us",
    ];
    Files::measured("sweep", &arguments)
});

/// Both, each with the pointer to its comparisons.
fn both() -> [(&'static Files, &'static [&'static str]); 2] {
    [(&COMPARE, &[""]), (&SWEEP, &["/points/0", "/points/1"])]
}

/// The JSON that stands in the page.
fn embedded(html: &str) -> Value {
    let (_, rest) = html
        .split_once("<script id=\"result\" type=\"application/json\">")
        .expect("the data");
    let (data, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str(data).expect("JSON")
}

#[test]
fn the_page_needs_nothing_else_and_holds_the_same_json() {
    for (files, _) in both() {
        let html = files.text("html");
        for outside in [
            "http://",
            "https://",
            " src=",
            "@import",
            "url(",
            "<link rel=\"s",
        ] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"));
        assert!(html.ends_with("</html>\n"));
        assert_eq!(html.matches("<script").count(), 1, "only the data");
        assert_eq!(embedded(&html), files.json());
    }
}

#[test]
fn every_number_in_the_page_is_that_of_the_json() {
    for (files, comparisons) in both() {
        let json = files.json();
        let browser = Browser::open(&files.path("html"));
        let shown = browser.ask(
            "return [...document.querySelectorAll('data')]
                 .map(data => [data.dataset.json, data.value, data.innerText])",
        );
        let mut pointers = BTreeSet::new();
        for shown in shown.as_array().expect("numbers") {
            let [pointer, value, text] =
                [0, 1, 2].map(|index| shown[index].as_str().expect("a text"));
            let number = json
                .pointer(pointer)
                .unwrap_or_else(|| panic!("no {pointer}"));
            let number = number.as_f64().expect("a number");
            assert_eq!(
                digits(number),
                digits(value.parse().expect("a number")),
                "{pointer}"
            );
            let (read, step) = read(text);
            assert!(
                (read - number).abs() <= step * 0.5001,
                "{pointer}: {text} for {number}"
            );
            pointers.insert(pointer.to_owned());
        }
        for at in comparisons {
            for pointer in wanted(&json, at) {
                assert!(pointers.contains(&pointer), "{pointer} is not in the page");
            }
        }
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
}

/// A number as the page writes it, in the unit of the JSON, and how much its last digit is.
fn read(text: &str) -> (f64, f64) {
    let (digits, unit) = text.split_once(' ').unwrap_or((text, ""));
    let unit = match unit {
        "" | "µs" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "%" => 0.01,
        other => panic!("{other:?} in {text:?}"),
    };
    let decimals = digits
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    let number: f64 = digits.replace(',', "").parse().expect("a number");
    (number * unit, unit * 10f64.powi(-(decimals as i32)))
}

/// The number, but for its last digits: reading JSON rounds them.
fn digits(number: f64) -> String {
    format!("{number:.12e}")
}

/// Where the numbers are that the pictures of one comparison show.
fn wanted(json: &Value, at: &str) -> Vec<String> {
    let mut pointers = Vec::new();
    for list in ["ranked", "unranked"] {
        let standings = json.pointer(&format!("{at}/{list}"));
        let standings = standings.and_then(Value::as_array).expect("standings");
        for (index, standing) in standings.iter().enumerate() {
            let mut all = BTreeMap::new();
            numbers(&format!("{at}/{list}/{index}"), standing, &mut all);
            // The curve, and what is told of each round and ending, stand in the JSON alone.
            let left_out = [
                "percentiles",
                "rounds",
                "hold_us",
                "outcomes",
                "ratio_to_before",
                "errors",
                "violations",
            ];
            pointers.extend(
                all.into_keys()
                    .filter(|pointer| !left_out.iter().any(|part| pointer.contains(part)))
                    .filter(|pointer| {
                        !pointer.contains("/latency_us/")
                            || list == "ranked" && pointer.contains("/sold/")
                    }),
            );
        }
    }
    pointers
}

/// Every number in a value, by its pointer.
fn numbers(at: &str, value: &Value, into: &mut BTreeMap<String, f64>) {
    match value {
        Value::Number(number) => {
            into.insert(at.to_owned(), number.as_f64().expect("a number"));
        }
        Value::Array(parts) => {
            for (index, part) in parts.iter().enumerate() {
                numbers(&format!("{at}/{index}"), part, into);
            }
        }
        Value::Object(parts) => {
            for (name, part) in parts {
                numbers(&format!("{at}/{name}"), part, into);
            }
        }
        _ => {}
    }
}

#[test]
fn whoever_is_wrong_is_told_apart_and_has_no_bar() {
    let json = COMPARE.json();
    let unranked = json["unranked"].as_array().expect("standings");
    assert_eq!(unranked[0]["label"], "naive");
    let svg = COMPARE.text("svg");
    let ranked = json["ranked"].as_array().expect("standings").len();
    assert_eq!(svg.matches("fill-blue\" fill").count(), ranked);
    let browser = Browser::open(&COMPARE.path("html"));
    let wrong = browser.text("section[aria-labelledby=wrong-heading]");
    assert!(
        wrong.contains("naive") && wrong.contains("oversold"),
        "{wrong}"
    );
    assert_eq!(
        browser.ask("return document.querySelectorAll('b').length"),
        0
    );
    assert!(browser.text("body").contains(NASTY));
}

#[test]
fn it_is_readable_in_light_and_dark_on_wide_and_narrow_screens_and_on_paper() {
    for (files, _) in both() {
        let browser = Browser::open(&files.path("html"));
        for (width, height) in [(1280, 900), (600, 900)] {
            for (scheme, is_dark) in [("light", false), ("dark", true)] {
                browser.look(width, height, scheme);
                let wider = browser.ask("return document.documentElement.scrollWidth - innerWidth");
                assert!(
                    wider.as_i64().expect("a number") <= 0,
                    "{width}: {wider} too wide"
                );
                let file = files.0.path().join(format!("{scheme}-{width}.png"));
                let picture = browser.picture(&file);
                assert_eq!(picture.brightness() < 0.5, is_dark, "{scheme} {width}");
                assert!(
                    picture.colours() > 50,
                    "{scheme} {width}: next to nothing is on it"
                );
            }
        }
        browser.on_paper();
        let file = files.0.path().join("paper.png");
        assert!(browser.picture(&file).brightness() > 0.5, "dark on paper");
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
}

#[test]
fn every_picture_and_every_table_says_what_it_is() {
    for (files, _) in both() {
        let browser = Browser::open(&files.path("html"));
        let silent = browser.ask(
            "const known = id => id && document.getElementById(id)?.textContent.trim();
             const pictures = [...document.querySelectorAll('svg')].filter(svg =>
                 svg.getAttribute('role') !== 'img' || !known(svg.getAttribute('aria-labelledby'))
                 || !known(svg.getAttribute('aria-describedby')));
             const tables = [...document.querySelectorAll('table')].filter(table =>
                 !table.caption || [...table.querySelectorAll('th')].some(head => !head.scope));
             const ids = [...document.querySelectorAll('[id]')].map(part => part.id);
             return [pictures.length, tables.length, ids.length - new Set(ids).size]",
        );
        assert_eq!(silent, serde_json::json!([0, 0, 0]));
    }
}

#[test]
fn a_picture_alone_stands_out_from_light_ground_and_dark() {
    for (files, _) in both() {
        let browser = Browser::open(&files.path("svg"));
        assert_eq!(
            browser.ask("return document.documentElement.nodeName"),
            "svg"
        );
        assert_eq!(
            browser.ask("return document.querySelector('parsererror')"),
            Value::Null
        );
        for (scheme, is_dark) in [("light", false), ("dark", true)] {
            browser.look(800, 600, scheme);
            let faint = browser.ask(&format!(
                "const light = color => color.match(/\\d+/g).slice(0, 3)
                     .reduce((sum, part) => sum + Number(part) / 765, 0);
                 return [...document.querySelectorAll('text, line, polyline')]
                     .filter(part => !/grid|paper/.test(part.getAttribute('class')))
                     .map(part => [part.nodeName, getComputedStyle(part)])
                     .map(([name, style]) => name === 'text' ? style.fill : style.stroke)
                     .filter(color => light(color) > 0.5 !== {is_dark})"
            ));
            assert_eq!(faint, serde_json::json!([]), "hard to see in {scheme}");
        }
        let svg = files.text("svg");
        for part in svg.split('<').filter(|part| part.contains("=\"#")) {
            assert!(
                part.contains("class=\""),
                "{part} is the same on any ground"
            );
        }
    }
}

#[test]
fn the_png_is_a_picture_on_white_paper() {
    for (files, _) in both() {
        let picture = Picture::read(&files.path("png"));
        assert_eq!(picture.width, 1600);
        assert!((300..2000).contains(&picture.height), "{}", picture.height);
        assert!(picture.brightness() > 0.6 && picture.brightness() < 0.995);
        assert!(picture.colours() > 50);
        assert_eq!(picture.pixels[0], [255, 255, 255]);
    }
}

#[test]
fn the_csv_holds_every_number_that_a_picture_shows() {
    for (files, comparisons) in both() {
        let mut reader = csv::Reader::from_path(files.path("csv")).expect("CSV");
        let rows = reader.records().flat_map(|row| {
            let row = row.expect("a row");
            row.iter().map(str::to_owned).collect::<Vec<_>>()
        });
        let held: BTreeSet<String> = rows
            .filter_map(|cell| Some(digits(cell.parse().ok()?)))
            .collect();
        let json = files.json();
        for at in comparisons {
            let standings = json.pointer(&format!("{at}/ranked")).expect("standings");
            for part in [
                "goodput_per_s",
                "attempts_per_sale",
                "time",
                "latency_us/sold",
            ] {
                for standing in standings.as_array().expect("standings") {
                    let mut all = BTreeMap::new();
                    let value = standing.pointer(&format!("/{part}")).expect(part);
                    numbers(part, value, &mut all);
                    assert!(!all.is_empty());
                    for (pointer, number) in all {
                        assert!(held.contains(&digits(number)), "{pointer}: {number}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_terminal_is_not_written_full_of_bytes() {
    let terminal = openpty(None, None).expect("a terminal");
    let done = Command::new(env!("CARGO_BIN_EXE_lockbench"))
        .args(["compare", "--format", "png"])
        .stdout(File::from(terminal.slave))
        .output()
        .expect("lockbench");
    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(
        said.contains("--output") && said.lines().count() == 1,
        "{said}"
    );
}

#[test]
fn an_ending_that_names_no_format_is_refused_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let refused = |files: &[&Path]| {
        let mut lockbench = common::lockbench();
        lockbench
            .args(["compare", "--output"])
            .arg(file("first.txt"));
        for path in files {
            lockbench.arg("--also").arg(path);
        }
        lockbench.assert().code(2).stdout("")
    };
    refused(&[&file("page.htm")]).stderr(contains(".html, .svg, .png"));
    refused(&[&file("page.html"), &file("nowhere/page.svg")]).stderr(contains("cannot write"));
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}
