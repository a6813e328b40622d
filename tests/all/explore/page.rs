//! `lockbench explore --format html`: what the file holds, and what a browser makes of it.

use std::fs;
use std::path::PathBuf;

use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

use crate::common;
use crate::common::browser::{Browser, END, ENTER, HOME, LEFT, RIGHT};

/// What `lockbench explore` writes with these arguments.
fn explore(arguments: &[&str]) -> String {
    let done = common::lockbench().arg("explore").args(arguments).assert();
    let done = done.success();
    String::from_utf8(done.get_output().stdout.clone()).expect("a text")
}

/// A page in a folder of its own, and the browser that has it open.
fn page(arguments: &[&str]) -> (TempDir, Browser) {
    let folder = tempfile::tempdir().expect("a folder");
    let file: PathBuf = folder.path().join("page.html");
    let html = explore(&[arguments, &["--format", "html"]].concat());
    fs::write(&file, html).expect("a file");
    let browser = Browser::open(&file);
    (folder, browser)
}

/// The JSON that stands in the page.
fn embedded(html: &str, id: &str) -> Value {
    let start = format!("<script type=\"application/json\" id=\"{id}\">");
    let (_, rest) = html.split_once(&start).expect("the data");
    let (data, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str(data).expect("JSON")
}

/// Without what differs from run to run.
fn lasting(mut result: Value) -> Value {
    result["elapsed_s"] = Value::Null;
    result["database"]["url"] = Value::Null;
    for beside in result["beside"].as_array_mut().into_iter().flatten() {
        beside["database"]["url"] = Value::Null;
    }
    result
}

#[test]
fn the_file_needs_nothing_else_and_holds_the_same_json() {
    let token = ["--replay", "1.2.1.2"];
    for more in [&["--beside", "atomic"][..], &token[..], &[][..]] {
        for strategy in ["naive", "mutex"] {
            let arguments = [&["--strategy", strategy], more].concat();
            let html = explore(&[&arguments[..], &["--format", "html"]].concat());
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
            assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>\n"));
            assert!(!html.contains("{{"), "a mark is left");
            let json = explore(&[&arguments[..], &["--format", "json"]].concat());
            let json = serde_json::from_str(&json).expect("JSON");
            assert_eq!(lasting(embedded(&html, "result")), lasting(json));
            let words = embedded(&html, "words");
            let make = words["make"].as_str().expect("a command");
            assert!(
                make.contains(strategy) && make.contains(&more.join(" ")),
                "{make}"
            );
        }
    }
}

#[test]
fn without_scripts_all_steps_are_in_the_page() {
    for (strategy, step) in [
        ("naive", "UPDATE lockbench_items"),
        ("atomic", "stock &gt;= 1"),
    ] {
        let html = explore(&["--strategy", strategy, "--format", "html"]);
        let (_, rest) = html.split_once("<noscript>").expect("a text");
        let (plain, _) = rest.split_once("</noscript>").expect("its end");
        for part in ["session 1", "session 2", step] {
            assert!(plain.contains(part), "{part} in {plain}");
        }
    }
}

#[test]
fn a_strategy_beside_is_shown_in_the_other_formats_as_well() {
    let arguments = [
        "--strategy",
        "naive",
        "--beside",
        "atomic",
        "--beside",
        "mutex",
    ];
    let text = explore(&arguments);
    assert_eq!(
        text.matches("The same schedule: nothing is wrong").count(),
        2,
        "{text}"
    );
    let json = explore(&[&arguments[..], &["--format", "json"]].concat());
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let mutex = &json["beside"][1];
    assert_eq!(mutex["strategy"]["name"], "mutex");
    assert_eq!(mutex["asked"], json["witness"]["replay"]);
    assert!(!mutex["fell_back"].as_array().expect("steps").is_empty());
}

#[test]
fn what_cannot_be_shown_is_refused_in_a_sentence() {
    for (arguments, said) in [
        (
            &["--strategy", "naive", "--beside", "nope"][..],
            "skip-locked",
        ),
        (
            &["--strategy", "naive", "--beside", "skip-locked"][..],
            "skip-locked cannot be run on",
        ),
        (
            &["--map", "--format", "html"][..],
            "no page to step through",
        ),
    ] {
        let done = common::lockbench().arg("explore").args(arguments).assert();
        done.code(2).stdout("").stderr(contains(said));
    }
}

#[test]
fn no_text_becomes_a_part_of_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let nasty = "a<img src=x onerror=window.broken=1>--></script><script>window.broken=1</script>";
    let path = folder.path().join(nasty);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    let database = format!("sqlite:{}", path.display());
    let (_page, browser) = page(&["--strategy", "naive", "--database", &database]);
    browser.press(&[END]);
    assert_eq!(browser.ask("return window.broken === undefined"), true);
    assert_eq!(browser.ask("return document.images.length"), 0);
    assert!(
        browser
            .text("#findings")
            .contains("onerror=window.broken=1")
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_keyboard_steps_through_a_schedule() {
    let (_page, browser) = page(&["--strategy", "naive"]);
    let lanes = || browser.text("table");
    assert!(browser.text("#where").contains("Step 0 of 6"));
    assert!(!lanes().contains("SELECT"), "{}", lanes());
    browser.press(&[RIGHT]);
    assert_eq!(lanes().matches("SELECT").count(), 1, "{}", lanes());
    assert!(lanes().contains("→ stock = 1, version = 0"));
    browser.press(&["j", " ", RIGHT]);
    assert!(browser.text("#where").contains("Step 4 of 6"));
    assert!(
        lanes().contains("▼ 0") && lanes().contains("INSERT"),
        "{}",
        lanes()
    );
    browser.press(&["k", LEFT]);
    assert!(browser.text("#where").contains("Step 2 of 6"));
    assert!(!lanes().contains("UPDATE"), "{}", lanes());
    assert_eq!(
        browser.ask("return document.querySelector('[aria-current]').innerText.slice(0, 1)"),
        "2"
    );
    let body = browser.text("body");
    assert!(
        !body.contains("oversold") && !body.contains("oversells"),
        "{body}"
    );
    browser.press(&[END]);
    let body = browser.text("body");
    for seen in [
        "WRONG: 1 in stock, 2 sold, 0 left: oversold by 1",
        "oversells in 12 of 16",
        "--replay 1.",
    ] {
        assert!(body.contains(seen), "{seen} in {body}");
    }
    browser.press(&[HOME]);
    assert!(!lanes().contains("SELECT"), "{}", lanes());
    // The buttons do the same, and keep the keys from doing it twice.
    browser.ask("document.getElementById('next').focus()");
    browser.press(&[" ", ENTER]);
    assert!(browser.text("#where").contains("Step 2 of 6"));
    browser.on_paper();
    for seen in ["INSERT", "WRONG", "oversells in 12 of 16"] {
        assert!(browser.text("body").contains(seen), "{seen} on paper");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_class_predicts_before_it_is_told() {
    let url = common::postgres_url();
    let (_page, browser) = page(&[
        "--strategy",
        "transaction",
        "--database",
        &url,
        "--beside",
        "pessimistic",
    ]);
    let lanes = || browser.text("#stage");
    browser.press(&["p", RIGHT]);
    assert!(
        browser.text("#said").contains("ok"),
        "nothing to predict about BEGIN"
    );
    browser.press(&[RIGHT]);
    assert!(
        browser
            .text("#said")
            .contains("What will it return, or will it have to wait?")
    );
    assert!(
        lanes().contains("SELECT") && lanes().contains("→ ?"),
        "{}",
        lanes()
    );
    assert!(!lanes().contains("version = 0"), "{}", lanes());
    browser.press(&["r"]);
    assert_eq!(
        lanes().matches("→ stock = 1, version = 0").count(),
        2,
        "{}",
        lanes()
    );
    assert!(!lanes().contains("→ ?"));
    browser.press(&[RIGHT, RIGHT]);
    assert!(!lanes().contains("BLOCKED"), "{}", lanes());
    browser.press(&[ENTER]);
    assert!(lanes().contains("BLOCKED by session 1"), "{}", lanes());
    assert!(!lanes().contains("until step"), "that is still to come");
    browser.press(&["p", END]);
    for seen in [
        "BLOCKED by session 1 until step",
        "step 4 goes on",
        "out of turn",
        "WRONG",
        "nothing is wrong",
    ] {
        assert!(lanes().contains(seen), "{seen} in {}", lanes());
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn it_is_readable_in_light_and_dark_on_wide_and_narrow_screens() {
    let (folder, browser) = page(&["--strategy", "naive", "--beside", "mutex"]);
    browser.press(&[RIGHT, RIGHT, RIGHT]);
    for (width, height) in [(1280, 900), (375, 800)] {
        for (scheme, is_dark) in [("light", false), ("dark", true)] {
            browser.look(width, height, scheme);
            let wider = browser.ask("return document.documentElement.scrollWidth - innerWidth");
            assert!(
                wider.as_i64().expect("a number") <= 0,
                "{width}: {wider} too wide"
            );
            let file = folder.path().join(format!("{scheme}-{width}.png"));
            let picture = browser.picture(&file);
            assert_eq!((picture.width, picture.height), (width, height));
            assert_eq!(picture.brightness() < 0.5, is_dark, "{scheme} {width}");
            assert!(
                picture.colours() > 50,
                "{scheme} {width}: next to nothing is on it"
            );
        }
    }
}
