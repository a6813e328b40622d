//! Whether a report says first that it ended early.

use serde_json::Value;

/// How it begins after a signal.
pub const INTERRUPTED: &str = "Interrupted";

/// How it begins where rounds did not fit into the time, in words and in a picture.
pub const TOO_FEW: [&str; 2] = ["Only ", "Too few rounds"];

/// Sees to it that a report of that format begins with `word`, or with the field that says so.
pub fn signed_off(command: &str, format: &str, report: &[u8], word: &str) -> Result<(), String> {
    let text = String::from_utf8_lossy(report);
    let excerpt = || text.chars().take(400).collect::<String>();
    let between = |before: &str, after: &str| {
        let (_, rest) = text.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found.to_owned())
    };
    let says = |found: Option<String>| found.is_some_and(|found| found.starts_with(word));
    let said = match format {
        "text" | "markdown" => says(first_line(&text)),
        "json" => return json(report, word),
        "csv" if command == "run" => {
            let mut lines = text.lines();
            let (head, line) = (
                lines.next().unwrap_or_default(),
                lines.next().unwrap_or_default(),
            );
            let cell = |name: &str| {
                let at = head.split(',').position(|one| one == name)?;
                // Before the first cell with a comma in it.
                line.split(',').nth(at)
            };
            cell("interrupted") == Some("true") && cell("verdict") == Some("inconclusive")
        }
        "csv" => {
            let measure = if word == INTERRUPTED {
                "interrupted_rounds"
            } else {
                "too_few_rounds"
            };
            text.lines()
                .nth(1)
                .is_some_and(|line| line.contains(measure))
        }
        // The verdict of an exploration is revealed later; that it is none must not wait.
        "html" if command.starts_with("explore") || command == "race" => {
            says(between("<pre>", "\n")) && says(between("\"setting\":\"", "\","))
        }
        "html" => says(between("<title>", "</title>")) && says(between("<h1>", "</h1>")),
        "junit" => {
            let cases = text.matches("<testcase").count();
            let open = text.matches("<skipped").count() + text.matches("<error").count();
            return match cases > 0 && cases == open {
                true => Ok(()),
                false => Err(format!("{open} of {cases} cases are open: {text}")),
            };
        }
        "svg" => {
            let title = between("<title id=\"title\">", "</title>").unwrap_or_default();
            let word = if word == TOO_FEW[0] { TOO_FEW[1] } else { word };
            // The title is heard; the name of an axis is seen.
            title.starts_with(word) && text.matches(word).count() > 1
        }
        // The same picture as the SVG, drawn in dots.
        "png" => report.starts_with(b"\x89PNG") && report.ends_with(b"IEND\xaeB`\x82"),
        other => {
            return Err(format!(
                "nothing is known of how {other} begins: say so here"
            ));
        }
    };
    match said {
        true => Ok(()),
        false => Err(format!(
            "{format} does not say {word:?} first:\n{}",
            excerpt()
        )),
    }
}

/// The first line with something on it, without what marks it as a heading or a block.
fn first_line(text: &str) -> Option<String> {
    let lines = text.lines().map(|line| line.trim_start_matches(['#', ' ']));
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with("```"));
    lines.next().map(str::to_owned)
}

fn json(report: &[u8], word: &str) -> Result<(), String> {
    let parsed: Value =
        serde_json::from_slice(report).map_err(|error| format!("half a JSON: {error}"))?;
    let results = match &parsed {
        Value::Array(results) => results.clone(),
        one => vec![one.clone()],
    };
    if results.is_empty() {
        return Err("an empty array".to_owned());
    }
    for result in &results {
        let points = result["points"].as_array().into_iter().flatten();
        for judged in [result, &result["comparison"]].into_iter().chain(points) {
            let verdict = judged["verdict"].as_str();
            if verdict.is_some_and(|verdict| !["interrupted", "inconclusive"].contains(&verdict)) {
                return Err(format!("the verdict is {verdict:?}"));
            }
        }
        if word == INTERRUPTED && result["interrupted"] != true {
            return Err(format!("interrupted is {}", result["interrupted"]));
        }
        if result["recommendation"].is_object() {
            return Err("something is recommended".to_owned());
        }
    }
    Ok(())
}
