//! Functions that compute from what they are given, or make a value up, and touch nothing else.

use crate::explore::HARMLESS;

/// More of them than the engine knows, the types that may have a bracket behind them, and the words
/// that do.
const MORE: &[&str] = &[
    // Words.
    "some",
    "select",
    "from",
    "join",
    "over",
    "filter",
    "having",
    "by",
    "limit",
    "offset",
    "returning",
    "union",
    "except",
    "intersect",
    "distinct",
    "lateral",
    "like",
    "ilike",
    "between",
    "is",
    "only",
    "array",
    "row",
    "check",
    "materialized",
    "default",
    "end",
    "next",
    "first",
    "do",
    // Types.
    "numeric",
    "decimal",
    "varchar",
    "char",
    "character",
    "varying",
    "bit",
    "bpchar",
    "timestamp",
    "timestamptz",
    "time",
    "timetz",
    "interval",
    "float",
    "int4",
    "int8",
    // Functions.
    "bool_and",
    "bool_or",
    "every",
    "array_agg",
    "string_agg",
    "json_agg",
    "jsonb_agg",
    "nullif",
    "greatest",
    "least",
    "sign",
    "mod",
    "power",
    "sqrt",
    "round",
    "ceil",
    "ceiling",
    "floor",
    "trunc",
    "length",
    "char_length",
    "octet_length",
    "trim",
    "btrim",
    "ltrim",
    "rtrim",
    "substring",
    "substr",
    "position",
    "replace",
    "concat",
    "left",
    "right",
    "lpad",
    "rpad",
    "md5",
    "split_part",
    "starts_with",
    "cast",
    "extract",
    "date_part",
    "date_trunc",
    "age",
    "to_char",
    "to_date",
    "make_interval",
    "now",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "current_timestamp",
    "random",
    "gen_random_uuid",
    "unnest",
    "array_length",
    "cardinality",
    "generate_series",
    "row_number",
    "rank",
    "dense_rank",
    "lag",
    "lead",
    "json_build_object",
    "jsonb_build_object",
    "to_json",
    "to_jsonb",
    "row_to_json",
    "version",
    "timezone",
];

/// Whether a statement calls a function that is not known to be harmless, nor one of the `others`. A
/// bracket may stand behind the name of the `table` that it adds rows to.
pub(super) fn calls_unknown_function(
    words: &[String],
    others: &[&str],
    table: Option<&str>,
) -> bool {
    words.windows(2).enumerate().any(|(at, pair)| {
        let name = pair[0].as_str();
        let named = |before: usize| at.checked_sub(before).map_or("", |at| words[at].as_str());
        let is_table =
            table == Some(name) && (named(1) == "into" || named(1) == "." && named(3) == "into");
        // A list of columns behind a name that is only for this statement.
        let is_alias = named(1) == "as";
        pair[1] == "("
            && name.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && !is_table
            && !is_alias
            && !HARMLESS.contains(&name)
            && !MORE.contains(&name)
            && !others.contains(&name)
    })
}
