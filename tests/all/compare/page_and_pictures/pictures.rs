//! The pictures alone, and the table of what they show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::files::both;
use super::numbers::numbers;
use crate::common::browser::{Browser, Picture};

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
        let held: BTreeSet<u64> = rows
            .filter_map(|cell| Some(cell.parse::<f64>().ok()?.to_bits()))
            .collect();
        let json = files.json();
        for at in comparisons {
            let standings = json.pointer(&format!("{at}/ranked")).expect("standings");
            for part in [
                "ratio",
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
                        assert!(held.contains(&number.to_bits()), "{pointer}: {number}");
                    }
                }
            }
        }
    }
}
