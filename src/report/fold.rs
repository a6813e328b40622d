//! Text in lines that fit the terminal, broken between words and never inside one.

use anstyle::Style;

/// The width of what is no terminal: lines are as long as they are.
pub(crate) const ENDLESS: usize = usize::MAX;

/// The columns that a text takes; those that set its colour take none.
fn columns(text: &str) -> usize {
    uncoloured(text).chars().count()
}

/// The text without its colours.
pub(crate) fn uncoloured(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// A text whose columns must stay where they are, as a block of Markdown.
pub(crate) fn as_block(text: &str) -> String {
    format!("```text\n{}```\n", uncoloured(text))
}

/// Lines of at most `width` columns; a word that is longer has a line of its own.
pub(crate) fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        if columns(paragraph) <= width {
            lines.push(paragraph.to_owned());
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if line.is_empty() {
                line.push_str(word);
            } else if columns(&line) + 1 + columns(word) <= width {
                line.push(' ');
                line.push_str(word);
            } else {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            }
        }
        lines.push(line);
    }
    lines
}

/// The same as one text, each line in that style and ended.
pub(crate) fn styled(text: &str, style: Style, width: usize) -> String {
    let lines = fold(text, width).into_iter();
    lines
        .map(|line| match line.as_str() {
            "" => "\n".to_owned(),
            line => format!("{style}{line}{style:#}\n"),
        })
        .collect()
}

/// The same in no style.
pub(crate) fn folded(text: &str, width: usize) -> String {
    styled(text, Style::new(), width)
}

/// Facts, each behind its name: the second column begins at `indent`.
pub(crate) fn listed(facts: &[(&str, String)], indent: usize, width: usize) -> String {
    facts
        .iter()
        .map(|(name, fact)| hanging(&format!("{name:indent$}"), fact, width))
        .collect()
}

/// `text` behind `first`, and further lines as far in as the first one is.
pub(crate) fn hanging(first: &str, text: &str, width: usize) -> String {
    let indent = first.chars().count();
    let lines = fold(text, width.saturating_sub(indent).max(1));
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let start = match index {
            0 => first.to_owned(),
            _ => " ".repeat(indent),
        };
        out.push_str(format!("{start}{line}").trim_end());
        out.push('\n');
    }
    if lines.is_empty() {
        out.push_str(first.trim_end());
        out.push('\n');
    }
    out
}

/// A command line behind `first`, which a shell takes for one however many lines it has.
pub(crate) fn command(first: &str, command: &str, width: usize) -> String {
    let whole = format!("{first}{command}");
    if whole.chars().count() <= width {
        return whole + "\n";
    }
    let indent = first.chars().count() - first.trim_start().chars().count();
    let lines = fold(&whole, width.saturating_sub(indent + 4).max(1));
    let start = " ".repeat(indent);
    lines
        .join(&format!(" \\\n{start}  "))
        .replacen("", &start, 1)
        + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_never_inside_one() {
        assert_eq!(fold("one two three", 7), ["one two", "three"]);
        assert_eq!(
            fold("a longer-than-that b", 5),
            ["a", "longer-than-that", "b"]
        );
        assert_eq!(fold("one  two", ENDLESS), ["one  two"]);
        assert_eq!(hanging("name  ", "one two", 9), "name  one\n      two\n");
        assert_eq!(hanging("name  ", "", 9), "name\n");
    }

    #[test]
    fn a_command_on_several_lines_is_still_one_command() {
        assert_eq!(command("  ", "lockbench run", 80), "  lockbench run\n");
        assert_eq!(
            command("  ", "lockbench run --strategy naive", 24),
            "  lockbench run \\\n    --strategy naive\n"
        );
    }
}
