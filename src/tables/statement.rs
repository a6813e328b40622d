//! Statements that are prepared once for each connection.
//!
//! diesel never keeps the prepared statement of an UPDATE built with its query language
//! (`unsafe_to_cache_prepared`), which costs a fifth of the speed. A type with a query id and
//! a hand-written walk is kept, and found again by its type: its text is built once.

/// Declares a statement type from its fields, all BIGINT, and its text, in which a field's
/// name stands for its value.
macro_rules! statement {
    ($(#[$documentation:meta])* $name:ident($($field:ident),*): $($piece:tt)*) => {
        $(#[$documentation])*
        #[derive(diesel::query_builder::QueryId)]
        struct $name { $($field: i64),* }

        impl<DB> diesel::query_builder::QueryFragment<DB> for $name
        where
            DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<diesel::sql_types::BigInt>,
            i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>,
        {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, DB>,
            ) -> diesel::QueryResult<()> {
                $(crate::tables::statement::statement!(@piece self, out, $piece);)*
                Ok(())
            }
        }

        impl<C> diesel::RunQueryDsl<C> for $name {}

        impl $name {
            /// Sends it; gives the number of rows that it changed.
            fn execute(self, connection: &mut crate::db::AnyConnection) -> diesel::QueryResult<usize> {
                crate::db::connection::on_its_own_kind!(
                    connection,
                    inner => diesel::RunQueryDsl::execute(self, inner)
                )
            }
        }
    };
    (@piece $self:ident, $out:ident, $text:literal) => { $out.push_sql($text) };
    (@piece $self:ident, $out:ident, $field:ident) => {
        $out.push_bind_param::<diesel::sql_types::BigInt, _>(&$self.$field)?
    };
}

pub(crate) use statement;
