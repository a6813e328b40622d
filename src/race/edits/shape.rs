use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

/// A statement without its literals, its comments and its spaces: by that it is known again, whatever
/// row it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::race) struct Shape(String);

impl Shape {
    /// The shape of a text; `None` where it is no SQL.
    pub(in crate::race) fn of(sql: &str) -> Option<Self> {
        let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().ok()?;
        let words = tokens.iter().filter_map(|token| match token {
            Token::Whitespace(_) | Token::SemiColon => None,
            Token::Number(..) | Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_) => {
                Some("?".to_owned())
            }
            other => Some(other.to_string()),
        });
        Some(Self(words.collect::<Vec<_>>().join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_known_again_by_all_but_its_literals() {
        let one = Shape::of("SELECT a FROM t WHERE id = 1 AND b = 'x' /* first */;");
        assert_eq!(one, Shape::of("SELECT a  FROM t\nWHERE id = 22 AND b = ''"));
        assert_ne!(one, Shape::of("SELECT a FROM t WHERE id = 1 AND c = 'x'"));
        assert_ne!(Shape::of("SELECT $1"), Shape::of("SELECT $2"));
    }
}
