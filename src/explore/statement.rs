//! A statement that a session is about to send.

use std::fmt;

/// A statement as diesel is about to send it, with its values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Statement {
    /// The SQL. What waits for a lock in this process is written as a comment.
    pub sql: String,
    /// The bound values, as diesel writes them.
    pub binds: Vec<String>,
}

impl Statement {
    /// Understands what diesel shows of a statement: `SQL -- binds: […]`.
    pub(super) fn of(shown: &str) -> Self {
        let (sql, binds) = shown.rsplit_once(" -- binds: ").unwrap_or((shown, "[]"));
        let inner = binds.trim().strip_prefix('[').unwrap_or(binds);
        Self {
            sql: sql.trim().trim_end_matches(';').to_owned(),
            binds: split(inner.strip_suffix(']').unwrap_or(inner)),
        }
    }

    /// The statement with its values in the places of the parameters, for people.
    pub fn with_values(&self) -> String {
        if self.binds.is_empty() {
            return self.sql.clone();
        }
        let mut out = String::with_capacity(self.sql.len() + 8 * self.binds.len());
        let mut rest = self.sql.as_str();
        let mut next = 0;
        while let Some(at) = rest.find(['$', '?']) {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            let digits = after[1..]
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(after.len() - 1);
            let number = after[1..=digits].parse::<usize>();
            let index = match (after.as_bytes()[0], number) {
                (b'$', Ok(number)) => number.checked_sub(1),
                (b'?', _) => {
                    next += 1;
                    Some(next - 1)
                }
                _ => None,
            };
            let (parameter, tail) = match after.as_bytes()[0] {
                b'?' => after.split_at(1),
                _ => after.split_at(1 + digits),
            };
            match index.and_then(|index| self.binds.get(index)) {
                Some(value) => out.push_str(value),
                None => out.push_str(parameter),
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

impl Statement {
    /// The statement for people who are short of room: without the quotes around names, and
    /// without the name of the only table in front of its columns.
    pub fn in_short(&self) -> String {
        let bare: String = self.sql.chars().filter(|c| !"\"`".contains(*c)).collect();
        let words: Vec<&str> = bare.split_whitespace().collect();
        let mut tables = words
            .windows(2)
            .filter(|pair| {
                let word = pair[0].to_ascii_lowercase();
                matches!(word.as_str(), "from" | "join" | "update" | "into")
                    && !matches!(pair[1].to_ascii_lowercase().as_str(), "nowait" | "skip")
            })
            .map(|pair| pair[1].trim_matches(|c: char| !c.is_alphanumeric() && c != '_'));
        let sql = match (tables.next(), tables.next()) {
            (Some(table), None) if !table.is_empty() => bare.replace(&format!("{table}."), ""),
            _ => bare,
        };
        Self {
            sql,
            binds: self.binds.clone(),
        }
        .with_values()
    }
}

impl Statement {
    /// The statement without the values in it: what stays the same where a program makes up a
    /// key, or looks at the clock.
    pub(super) fn shape(&self) -> String {
        let mut out = String::with_capacity(self.sql.len());
        let mut letters = self.sql.chars().peekable();
        let mut in_name = false;
        while let Some(letter) = letters.next() {
            if letter == '\'' {
                while letters.next().is_some_and(|inside| inside != '\'') {}
                out.push('?');
            } else if letter.is_ascii_digit() && !in_name {
                while letters
                    .next_if(|next| next.is_ascii_digit() || *next == '.')
                    .is_some()
                {}
                out.push('?');
            } else {
                out.push(letter);
            }
            in_name = letter.is_alphanumeric() || "_$".contains(letter);
        }
        out
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_values())
    }
}

/// Splits at the commas that stand neither in quotes nor in brackets.
fn split(list: &str) -> Vec<String> {
    let mut values = Vec::new();
    let (mut depth, mut quoted, mut escaped, mut start) = (0_usize, false, false, 0);
    for (at, character) in list.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                values.push(list[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    if !list[start..].trim().is_empty() {
        values.push(list[start..].trim().to_owned());
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_has_no_values() {
        let shape = |sql: &str| {
            Statement {
                sql: sql.to_owned(),
                binds: vec!["7".to_owned()],
            }
            .shape()
        };
        assert_eq!(
            shape("UPDATE t1 SET a = 1.5, b = 'it''s 3' WHERE c2 = $1 AND d IN (12,7)"),
            "UPDATE t1 SET a = ?, b = ?? WHERE c2 = $1 AND d IN (?,?)"
        );
    }

    #[test]
    fn the_values_stand_where_the_parameters_were() {
        let of = |text: &str| Statement::of(text).with_values();
        assert_eq!(
            of("UPDATE t SET a = $1 WHERE b = $2 -- binds: [1, \"x, $1\"]"),
            "UPDATE t SET a = 1 WHERE b = \"x, $1\""
        );
        assert_eq!(
            of("SELECT ? + ?, ? -- binds: [1, [2, 3]]"),
            "SELECT 1 + [2, 3], ?"
        );
        assert_eq!(of("SELECT $10 -- binds: []"), "SELECT $10");
        assert_eq!(of("COMMIT"), "COMMIT");
        assert_eq!(of("SELECT '$x' || $1 -- binds: [7]"), "SELECT '$x' || 7");
    }
}
