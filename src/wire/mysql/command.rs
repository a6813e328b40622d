//! What a client asks for.

use super::super::batch::{Batch, End};
use super::super::sql::Sql;
use super::body::Body;
use super::link::Link;
use super::response::Expected;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Goodbye.
    Quit,
    /// Something that is not answered.
    Unanswered,
    /// Something that concerns the connection alone, and how it is answered.
    Passes(Expected),
    /// Something that may do anything, and how it is answered.
    Runs(Batch, Expected),
    /// Something that we could not read the answer of.
    Unknown(u8),
}

impl Command {
    /// Understands it.
    pub(super) fn of(body: &[u8], link: &Link) -> Self {
        let (kind, rest) = body
            .split_first()
            .map_or((0, body), |(it, rest)| (*it, rest));
        let text = || Body(rest).rest();
        match kind {
            0x01 => Self::Quit,
            0x02 | 0x09 | 0x0c | 0x0d | 0x0e | 0x1a | 0x1b => Self::Passes(Expected::one()),
            0x03 => Self::runs(text(), Vec::new(), false),
            0x04 => Self::Passes(Expected::list()),
            0x0a => Self::Passes(Expected::results("SHOW PROCESSLIST", false)),
            0x11 => Self::Runs(
                batch("CHANGE USER".to_owned(), Vec::new()),
                Expected::session(),
            ),
            0x16 => Self::Passes(Expected::prepared(text())),
            0x17 => match link.prepared().execute(Body(rest)) {
                Some(sql) => Self::runs(sql.text, sql.values, true),
                None => Self::runs("EXECUTE".to_owned(), Vec::new(), true),
            },
            0x18 => {
                link.prepared().send_before(Body(rest));
                Self::Unanswered
            }
            0x19 => {
                link.prepared().close(Body(rest));
                Self::Unanswered
            }
            // What a cursor shows the server has found when it was opened.
            0x1c => Self::Passes(Expected::rows()),
            0x1f => Self::Runs(
                batch("RESET CONNECTION".to_owned(), Vec::new()),
                Expected::one(),
            ),
            other => Self::Unknown(other),
        }
    }

    fn runs(text: String, values: Vec<String>, binary: bool) -> Self {
        let expected = Expected::results(&text, binary);
        Self::Runs(batch(text, values), expected)
    }
}

fn batch(text: String, values: Vec<String>) -> Batch {
    Batch {
        prepared: Vec::new(),
        executed: vec![Sql { text, values }],
        end: End::Query,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_do_anything_is_told_from_what_concerns_the_connection() {
        let link = Link::default();
        let Command::Runs(batch, _) = Command::of(b"\x03SELECT 1", &link) else {
            panic!("a query");
        };
        assert_eq!(batch.executed[0].text, "SELECT 1");
        assert_eq!(Command::of(b"\x01", &link), Command::Quit);
        assert_eq!(
            Command::of(b"\x0e", &link),
            Command::Passes(Expected::one())
        );
        assert_eq!(Command::of(b"\x19\x01\0\0\0", &link), Command::Unanswered);
        assert_eq!(Command::of(b"\x12", &link), Command::Unknown(0x12));
        assert!(matches!(Command::of(b"\x1f", &link), Command::Runs(..)));
    }
}
