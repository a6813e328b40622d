//! The command that gives a result, for whoever wants it again.

use super::ExploreArguments;
use crate::explore::purchases::Purchases;
use crate::report::explore::setting;

impl ExploreArguments {
    /// The command line, without what is as usual, and without a password.
    pub(super) fn command(&self, wanted: &Purchases) -> String {
        let mut command = format!(
            "lockbench explore {}{} --database {}",
            wanted.contender.arguments(),
            setting(
                wanted.sessions,
                wanted.stock,
                wanted.quantity,
                wanted.max_attempts
            ),
            quoted(&self.database.shown())
        );
        let search = &self.search;
        if search.no_pruning {
            command.push_str(" --no-pruning");
        }
        if let Some(most) = search.preemptions {
            command.push_str(&format!(" --preemptions {most}"));
        }
        if let Some(number) = search.random {
            command.push_str(&format!(" --random {number} --seed {}", search.seed));
        }
        if let Some(token) = &search.replay {
            command.push_str(&format!(" --replay {token}"));
        }
        for name in &self.beside {
            command.push_str(&format!(" --beside {name}"));
        }
        command
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(quoted("postgres://me@host/shop"), "postgres://me@host/shop");
        assert_eq!(quoted("sqlite:my shop"), "'sqlite:my shop'");
        assert_eq!(quoted("a'b?c"), r"'a'\''b?c'");
    }
}
