//! A schedule as lanes: time downwards, a column for each session.

use anstyle::{AnsiColor, Style};

use super::{History, Step};

/// Columns in front of the lanes: the step's number.
const NUMBER: usize = 4;

/// Columns between two lanes.
const GAP: usize = 2;

/// The narrowest that a lane may get.
const NARROWEST: usize = 16;

/// A line of a lane, without its padding.
type Line = (String, Style);

/// The schedule as lanes, `width` columns wide, with the state beside them. Where that is too
/// narrow, the state stands below each step, and where there is no room for lanes, all sessions
/// share one. The styles are escape sequences, which whoever prints it strips where they are not
/// wanted.
pub fn timeline<S>(history: &History<S>, width: usize) -> String {
    let page = Page::of(history, width);
    let sessions = history.endings.len().max(1);
    let bold = Style::new().bold();
    let mut out = String::new();
    if page.lanes > 1 {
        let heads: Vec<Vec<Line>> = (1..=sessions)
            .map(|session| vec![(format!("session {session}"), bold)])
            .collect();
        page.row(&mut out, "", &heads, "");
    }
    for (index, step) in history.steps.iter().enumerate() {
        let number = index + 1;
        let mut cells = vec![Vec::new(); sessions];
        if let Some(cell) = cells.get_mut(step.session - 1) {
            *cell = cell_of(step, number, page.lane);
        }
        // Whoever was let go by this step goes on beside it.
        for (before, freed) in history.steps[..index].iter().enumerate() {
            if freed.blocked_until == Some(number)
                && let Some(cell) = cells.get_mut(freed.session - 1)
            {
                let goes_on = format!("(step {} goes on)", before + 1);
                cell.extend(wrapped(&goes_on, "", page.lane, Style::new().dimmed()));
                cell.extend(outcome(freed, page.lane));
            }
        }
        let state = step.state_after.as_deref().unwrap_or_default();
        page.row(&mut out, &number.to_string(), &page.placed(cells), state);
    }
    let ends: Vec<Vec<Line>> = history
        .endings
        .iter()
        .map(|ending| wrapped(&format!("= {ending}"), "  ", page.lane, bold))
        .collect();
    page.row(&mut out, "", &page.placed(ends), "");
    out
}

/// How the width is shared out.
struct Page {
    /// The lanes side by side: one for each session, or one for all.
    lanes: usize,
    /// The columns of a lane.
    lane: usize,
    /// Whether the state stands beside the lanes, and not below each step.
    state_beside: bool,
}

impl Page {
    fn of<S>(history: &History<S>, width: usize) -> Self {
        let sessions = history.endings.len().max(1);
        let side = history
            .steps
            .iter()
            .filter_map(|step| step.state_after.as_ref())
            .map(|state| state.chars().count() + GAP)
            .max()
            .unwrap_or(0);
        let room = |lanes: usize, side: usize| {
            width.saturating_sub(NUMBER + side + (lanes - 1) * GAP) / lanes
        };
        let choices = [(sessions, true), (sessions, false), (1, true), (1, false)];
        let pages = choices.map(|(lanes, state_beside)| Self {
            lanes,
            lane: room(lanes, if state_beside { side } else { 0 }),
            state_beside,
        });
        let fits = pages.into_iter().find(|page| page.lane >= NARROWEST);
        fits.unwrap_or(Self {
            lanes: 1,
            lane: NARROWEST,
            state_beside: false,
        })
    }

    /// The sessions' cells in the lanes that there are.
    fn placed(&self, cells: Vec<Vec<Line>>) -> Vec<Vec<Line>> {
        if self.lanes == cells.len() {
            return cells;
        }
        let mut lane = Vec::new();
        for (index, cell) in cells.into_iter().enumerate() {
            if !cell.is_empty() {
                lane.push((format!("session {}", index + 1), Style::new().bold()));
                lane.extend(cell);
            }
        }
        vec![lane]
    }

    /// Writes the cells side by side.
    fn row(&self, out: &mut String, number: &str, cells: &[Vec<Line>], state: &str) {
        let height = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        for at in 0..height {
            let first = if at == 0 { number } else { "" };
            let mut line = format!("{first:>width$}  ", width = NUMBER - 2);
            let mut visible = NUMBER;
            for (index, cell) in cells.iter().enumerate() {
                let start = NUMBER + index * (self.lane + GAP);
                if let Some((text, style)) = cell.get(at) {
                    line.push_str(&" ".repeat(start.saturating_sub(visible)));
                    line.push_str(&format!("{style}{text}{style:#}"));
                    visible = start + text.chars().count();
                }
            }
            // The state is that after the step: it stands beside its last line.
            if self.state_beside && at + 1 == height && !state.is_empty() {
                let start = NUMBER + cells.len() * (self.lane + GAP);
                line.push_str(&" ".repeat(start.saturating_sub(visible)));
                line.push_str(state);
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        if !self.state_beside && !state.is_empty() {
            let dimmed = Style::new().dimmed();
            out.push_str(&format!("{:NUMBER$}{dimmed}{state}{dimmed:#}\n", ""));
        }
    }
}

fn cell_of(step: &Step, number: usize, lane: usize) -> Vec<Line> {
    let mut lines = wrapped(&step.as_sent().in_short(), "  ", lane, Style::new());
    match (&step.blocked_by, step.blocked_until) {
        (Some(_), until) if until != Some(number) => {
            let until = until.map_or("the end".to_owned(), |until| format!("step {until}"));
            let text = format!("BLOCKED{} until {until}", by(step));
            lines.extend(wrapped(&text, "  ", lane, color(AnsiColor::Yellow)));
        }
        (Some(_), _) => {
            let text = format!("BLOCKED{}", by(step));
            lines.extend(wrapped(&text, "  ", lane, color(AnsiColor::Yellow)));
            lines.extend(outcome(step, lane));
        }
        (None, _) => add_outcome(&mut lines, step, lane),
    }
    lines
}

fn by(step: &Step) -> String {
    match step.blocked_by.as_deref() {
        None | Some([]) => String::new(),
        Some(sessions) => {
            let names: Vec<String> = sessions.iter().map(ToString::to_string).collect();
            format!(" by session {}", names.join(" and "))
        }
    }
}

/// Writes what came of a step below it; a mere "ok" behind it, where there is room.
fn add_outcome(lines: &mut Vec<Line>, step: &Step, lane: usize) {
    let ok = "  → ok";
    match (lines.last_mut(), step.result.as_deref()) {
        (Some((line, _)), Some("ok")) if line.chars().count() + ok.chars().count() <= lane => {
            line.push_str(ok);
        }
        _ => lines.extend(outcome(step, lane)),
    }
}

/// What came of a step.
fn outcome(step: &Step, lane: usize) -> Vec<Line> {
    let result = step.result.as_deref().unwrap_or("it never ended");
    let style = if step.failed {
        color(AnsiColor::Red)
    } else {
        color(AnsiColor::Cyan)
    };
    let text = match &step.code {
        Some(code) => format!("→ ERROR {code}: {result}"),
        None if step.failed => format!("→ ERROR: {result}"),
        None => format!("→ {result}"),
    };
    wrapped(&text, "  ", lane, style)
}

fn color(color: AnsiColor) -> Style {
    color.on_default()
}

/// Breaks `text` between words, or where a word is longer than a line.
fn wrapped(text: &str, indent: &str, width: usize, style: Style) -> Vec<Line> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word = word;
        loop {
            let line = match lines.last_mut() {
                Some(line) => line,
                None => return Vec::new(),
            };
            let empty = line.trim().is_empty();
            let used = line.chars().count() + usize::from(!empty);
            if used + word.chars().count() <= width {
                if !empty {
                    line.push(' ');
                }
                line.push_str(word);
                break;
            }
            if empty {
                let room = width.saturating_sub(line.chars().count()).max(1);
                let cut = word
                    .char_indices()
                    .nth(room)
                    .map_or(word.len(), |(at, _)| at);
                line.push_str(&word[..cut]);
                word = &word[cut..];
            }
            lines.push(indent.to_owned());
        }
    }
    lines.into_iter().map(|line| (line, style)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_cut_and_others_kept_whole() {
        let lines = |text, width| -> Vec<String> {
            let lines = wrapped(text, "  ", width, Style::new());
            lines.into_iter().map(|(line, _)| line).collect()
        };
        assert_eq!(
            lines("SELECT stock FROM items", 12),
            ["SELECT stock", "  FROM items"]
        );
        assert_eq!(lines("abcdefghij", 4), ["abcd", "  ef", "  gh", "  ij"]);
        assert_eq!(lines("", 4), [""]);
    }
}
