//! How a cure is written with the libraries that sent the statements, where these tell which it is.

mod words;

use crate::race::CureName;
use words::WORDS;

/// A library that writes SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Library {
    Django,
    SqlAlchemy,
    ActiveRecord,
    Sequelize,
    TypeOrm,
    Ecto,
    Diesel,
    Knex,
}

/// What stands in a statement by which each reads a row, and all of it in no other's.
const MARKS: [(Library, &[&str]); 8] = [
    (Library::Django, &["SELECT \"", "WHERE \"", " LIMIT 21"]),
    (Library::SqlAlchemy, &["SELECT ", " \nFROM ", " \nWHERE "]),
    (
        Library::ActiveRecord,
        &["SELECT \"", "\".* FROM \"", "WHERE \"", "LIMIT $"],
    ),
    (
        Library::Sequelize,
        &["SELECT \"", "\" AS \"", "\" WHERE \""],
    ),
    (
        Library::TypeOrm,
        &["SELECT \"", "\".\"", "\" AS \"", "WHERE ((\""],
    ),
    (Library::Ecto, &["SELECT ", "FROM \"", "\" AS s0"]),
    (
        Library::Diesel,
        &["SELECT \"", "FROM \"", "WHERE (\"", "\" = $1)"],
    ),
    (Library::Knex, &["select ", " from \"", " where \""]),
];

impl Library {
    /// The one that writes such statements, where only one does.
    pub(super) fn of<'a>(statements: impl Iterator<Item = &'a str>) -> Option<Self> {
        let statements: Vec<&str> = statements.collect();
        let is_of = |marks: &[&str]| {
            let mut all = statements.iter();
            all.any(|sql| sql.starts_with(marks[0]) && marks.iter().all(|mark| sql.contains(mark)))
        };
        let mut found = MARKS.iter().filter(|(_, marks)| is_of(marks));
        let (orm, _) = found.next()?;
        found.next().is_none().then_some(*orm)
    }

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Django => "Django",
            Self::SqlAlchemy => "SQLAlchemy",
            Self::ActiveRecord => "Active Record",
            Self::Sequelize => "Sequelize",
            Self::TypeOrm => "TypeORM",
            Self::Ecto => "Ecto",
            Self::Diesel => "diesel",
            Self::Knex => "Knex",
        }
    }

    /// How a cure is written there; `None` where it is SQL.
    pub(super) fn words(self, cure: CureName) -> Option<&'static str> {
        let mut words = WORDS.iter();
        let found = words.find(|(orm, name, _)| *orm == self && *name == cure);
        found.map(|(_, _, words)| *words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the clients of tests/all/race/programs send it.
    #[test]
    fn a_library_is_known_by_how_it_reads_a_row() {
        let cases = [
            (
                r#"SELECT "stock"."id", "stock"."units" FROM "stock" WHERE "stock"."id" = 1 LIMIT 21"#,
                Some(Library::Django),
            ),
            (
                "SELECT stock.id, stock.units \nFROM stock \nWHERE stock.id = 1",
                Some(Library::SqlAlchemy),
            ),
            (
                r#"SELECT "stock".* FROM "stock" WHERE "stock"."id" = $1 LIMIT $2"#,
                Some(Library::ActiveRecord),
            ),
            (
                r#"SELECT "id", "units" FROM "stock" AS "stock" WHERE "stock"."id" = 1"#,
                Some(Library::Sequelize),
            ),
            (
                r#"SELECT "stock"."id" AS "stock_id", "stock"."units" AS "stock_units" FROM "stock" "stock" WHERE (("stock"."id" = $1)) LIMIT 1"#,
                Some(Library::TypeOrm),
            ),
            (
                r#"SELECT s0."units" FROM "stock" AS s0 WHERE (s0."id" = 1)"#,
                Some(Library::Ecto),
            ),
            (
                r#"SELECT "stock"."units" FROM "stock" WHERE ("stock"."id" = $1)"#,
                Some(Library::Diesel),
            ),
            (
                r#"select "units" from "stock" where "id" = $1 limit $2"#,
                Some(Library::Knex),
            ),
            (
                r#"SELECT "public"."stock"."id" FROM "public"."stock" WHERE ("public"."stock"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3"#,
                None,
            ),
            ("SELECT units FROM stock WHERE id = 1", None),
        ];
        for (sql, orm) in cases {
            assert_eq!(Library::of([sql].into_iter()), orm, "{sql}");
        }
    }
}
