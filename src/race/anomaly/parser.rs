//! The statements of a text, in the language of its database.

use sqlparser::ast::Statement;
use sqlparser::dialect::{MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::race::dialect::Dialect;

/// How deeply a statement may be nested.
const DEEPEST: usize = 40;

/// The statements of a text; `None`: it cannot be told what they are. Parameters are numbered: `$1`.
pub(in crate::race) fn parse(sql: &str, dialect: Dialect) -> Option<Vec<Statement>> {
    match dialect {
        Dialect::Postgres => parse_postgres(sql),
        Dialect::Mysql => parse_mysql(sql),
    }
}

/// The two locks between FOR UPDATE and FOR SHARE are unknown to the parser.
fn parse_postgres(sql: &str) -> Option<Vec<Statement>> {
    let mut text = sql.to_owned();
    for (lock, similar) in [
        ("FOR NO KEY UPDATE", "FOR UPDATE"),
        ("FOR KEY SHARE", "FOR SHARE"),
    ] {
        while let Some(at) = text.to_ascii_uppercase().find(lock) {
            text.replace_range(at..at + lock.len(), similar);
        }
    }
    let parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(DEEPEST);
    let mut parser = parser.try_with_sql(&text).ok()?;
    parser.parse_statements().ok()
}

fn parse_mysql(sql: &str) -> Option<Vec<Statement>> {
    // Comments that may be run, as the server's version has it.
    if sql.contains("/*!") || sql.contains("/*M!") {
        return None;
    }
    let tokens = Tokenizer::new(&MySqlDialect {}, sql).tokenize().ok()?;
    let mut told: Vec<Token> = Vec::new();
    let mut parameters = 0;
    for token in tokens {
        match token {
            // A string, or a name: `sql_mode` has it.
            Token::DoubleQuotedString(_) => return None,
            Token::Whitespace(_) => {}
            Token::Placeholder(_) => {
                parameters += 1;
                told.push(Token::Placeholder(format!("${parameters}")));
            }
            // DO asks and shows nothing.
            token if is(&token, "DO") && told.last().is_none_or(|it| *it == Token::SemiColon) => {
                told.push(Token::make_keyword("SELECT"));
            }
            token => {
                told.push(token);
                share(&mut told);
            }
        }
    }
    let parser = Parser::new(&MySqlDialect {}).with_recursion_limit(DEEPEST);
    parser.with_tokens(told).parse_statements().ok()
}

/// What the parser knows as FOR SHARE.
fn share(tokens: &mut Vec<Token>) {
    let words = ["LOCK", "IN", "SHARE", "MODE"];
    let Some(from) = tokens.len().checked_sub(words.len()) else {
        return;
    };
    let mut pairs = tokens[from..].iter().zip(words);
    if pairs.all(|(token, word)| is(token, word)) {
        tokens.truncate(from);
        tokens.extend(["FOR", "SHARE"].map(Token::make_keyword));
    }
}

fn is(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(it) if it.quote_style.is_none() && it.value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sql: &str) -> Option<Vec<String>> {
        let statements = parse(sql, Dialect::Mysql)?;
        Some(statements.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_mariadb_says_otherwise_is_understood() {
        for (sql, same) in [
            (
                "SELECT `units` FROM `stock` WHERE `id` = ? AND kind = ? LOCK IN SHARE MODE",
                "SELECT `units` FROM `stock` WHERE `id` = $1 AND kind = $2 FOR SHARE",
            ),
            ("do release_lock('x')", "SELECT release_lock('x')"),
            ("SELECT 1 # in short", "SELECT 1"),
        ] {
            assert_eq!(written(sql), Some(vec![same.to_owned()]), "{sql}");
        }
    }

    #[test]
    fn what_a_setting_decides_is_not() {
        for sql in [
            r#"SELECT units FROM stock WHERE "id" = 1"#,
            "UPDATE stock SET units = 1 /*!50000 WHERE id = 1 */",
            "DELETE FROM stock /*M! WHERE id = 1 */",
        ] {
            assert_eq!(written(sql), None, "{sql}");
        }
    }
}
