//! The functions in the database that read its tables and put them back. Each is asked for in one
//! question, and the server keeps its plans: to make them takes longer than to do what they say.

use diesel::declare_sql_function;

use super::super::SCHEMA;
use super::super::catalog::{Catalog, Table, copy};
use super::catalog::{sql, written};
use super::contents::{fingerprint, rows};

/// What stands around a function's text, and in no name.
const QUOTE: &str = "$lockbench_race$";

/// Asks for the function that puts everything back that is not as it was.
pub(super) const PUT_BACK: &str = "SELECT lockbench_race.put_back()";

#[declare_sql_function]
extern "SQL" {
    /// The tables that are not as they were, as JSON: each with its number and its rows.
    #[sql_name = "lockbench_race.changes"]
    fn changes() -> Text;
}

/// What the tables and the sequences were.
pub(super) struct Before {
    /// A number for each table that its rows decide.
    pub(super) fingerprints: Vec<String>,
    /// The last value of each sequence, and whether it has been given out.
    pub(super) sequences: Vec<(i64, bool)>,
}

/// What makes them.
pub(super) fn make(catalog: &Catalog, before: &Before) -> String {
    // Every database has the language that nobody has taken it from.
    let language = "CREATE EXTENSION IF NOT EXISTS plpgsql; ";
    [
        language,
        &reads(catalog, before),
        &puts_back(catalog, before),
    ]
    .concat()
}

fn reads(catalog: &Catalog, before: &Before) -> String {
    let mut text = "DECLARE changes json[] := '{}'; BEGIN ".to_owned();
    for (number, table) in catalog.tables.iter().enumerate() {
        text.push_str(&format!(
            "IF {} THEN changes := changes || json_build_array({number}, ({})); END IF; ",
            is_changed(table, &before.fingerprints[number]),
            rows(table, &sql(table))
        ));
    }
    text.push_str("RETURN array_to_json(changes)::text; END");
    // Whoever changes nothing sees one state throughout.
    function("changes", "text STABLE", &text)
}

fn puts_back(catalog: &Catalog, before: &Before) -> String {
    let mut text = "BEGIN ".to_owned();
    for (number, table) in catalog.tables.iter().enumerate() {
        let (name, columns) = (sql(table), written(table));
        let is_changed = is_changed(table, &before.fingerprints[number]);
        text.push_str(&format!("IF {is_changed} THEN DELETE FROM {name}; "));
        if !columns.is_empty() {
            text.push_str(&format!(
                "INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {}; ",
                copy(number)
            ));
        }
        text.push_str("END IF; ");
    }
    for (name, (value, is_called)) in catalog.sequences.iter().zip(&before.sequences) {
        text.push_str(&format!(
            "PERFORM setval('{}', {value}, {is_called}) FROM {name} \
             WHERE (last_value, is_called) <> ({value}, {is_called}); ",
            name.replace('\'', "''")
        ));
    }
    text.push_str("END");
    function("put_back", "void", &text)
}

fn is_changed(table: &Table, before: &str) -> String {
    format!("({}) <> '{before}'", fingerprint(table))
}

fn function(name: &str, gives: &str, text: &str) -> String {
    format!(
        "CREATE FUNCTION {SCHEMA}.{name}() RETURNS {gives} LANGUAGE plpgsql \
         AS {QUOTE}\n#variable_conflict use_column\n{text}{QUOTE}; "
    )
}
