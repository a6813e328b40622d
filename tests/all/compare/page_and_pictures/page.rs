//! The page.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::files::{COMPARE, NASTY, both};
use super::numbers::{numbers, read};
use crate::common::browser::Browser;

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
            assert_eq!(value.parse(), Ok(number), "{pointer}");
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
            ];
            // What nobody did wrong is not listed.
            all.retain(|pointer, count| {
                *count != 0.0
                    || !["violations/", "losses/"]
                        .iter()
                        .any(|part| pointer.contains(part))
            });
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
