//! Statements that are prepared once for each connection.
//!
//! diesel never keeps the prepared statement of an UPDATE built with its query language
//! (`unsafe_to_cache_prepared`), which costs a fifth of the speed. A type with a query id and
//! a hand-written walk is kept.

/// Declares a statement type from its fields, all BIGINT, and its text, in which a field's
/// name stands for its value.
macro_rules! statement {
    ($(#[$documentation:meta])* $name:ident($($field:ident),*): $($piece:tt)*) => {
        $(#[$documentation])*
        #[derive(diesel::query_builder::QueryId)]
        struct $name { $($field: i64),* }

        impl diesel::query_builder::QueryFragment<crate::db::connection::MultiBackend> for $name {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, crate::db::connection::MultiBackend>,
            ) -> diesel::QueryResult<()> {
                $(crate::statement::statement!(@piece self, out, $piece);)*
                Ok(())
            }
        }

        impl diesel::RunQueryDsl<crate::db::AnyConnection> for $name {}
    };
    (@piece $self:ident, $out:ident, $text:literal) => { $out.push_sql($text) };
    (@piece $self:ident, $out:ident, $field:ident) => {
        $out.push_bind_param::<diesel::sql_types::BigInt, _>(&$self.$field)?
    };
}

pub(crate) use statement;
