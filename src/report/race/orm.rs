//! How a cure is written with the libraries that sent the statements, where these tell which it is.

use crate::race::CureName;

/// A library that writes SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Orm {
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
const MARKS: [(Orm, &[&str]); 8] = [
    (Orm::Django, &["SELECT \"", "WHERE \"", " LIMIT 21"]),
    (Orm::SqlAlchemy, &["SELECT ", " \nFROM ", " \nWHERE "]),
    (
        Orm::ActiveRecord,
        &["SELECT \"", "\".* FROM \"", "WHERE \"", "LIMIT $"],
    ),
    (Orm::Sequelize, &["SELECT \"", "\" AS \"", "\" WHERE \""]),
    (
        Orm::TypeOrm,
        &["SELECT \"", "\".\"", "\" AS \"", "WHERE ((\""],
    ),
    (Orm::Ecto, &["SELECT ", "FROM \"", "\" AS s0"]),
    (
        Orm::Diesel,
        &["SELECT \"", "FROM \"", "WHERE (\"", "\" = $1)"],
    ),
    (Orm::Knex, &["select ", " from \"", " where \""]),
];

/// What it is called there: from the manuals of each.
const WORDS: [(Orm, CureName, &str); 39] = [
    (
        Orm::Django,
        CureName::ForUpdate,
        "….select_for_update().get(…), inside transaction.atomic()",
    ),
    (
        Orm::Django,
        CureName::ForNoKeyUpdate,
        "….select_for_update(no_key=True).get(…), inside transaction.atomic()",
    ),
    (
        Orm::Django,
        CureName::SkipLocked,
        "….select_for_update(skip_locked=True)",
    ),
    (
        Orm::Django,
        CureName::ConditionalUpdate,
        "….filter(id=…, n__gte=taken).update(n=F(\"n\") - taken): 0 rows are too few left",
    ),
    (
        Orm::Django,
        CureName::CompareAndSet,
        "….filter(id=…, n=read).update(n=new): run again on 0 rows",
    ),
    (
        Orm::Django,
        CureName::UniqueIndex,
        "UniqueConstraint(fields=[…], name=…) in Meta.constraints",
    ),
    (
        Orm::Django,
        CureName::CheckConstraint,
        "CheckConstraint(condition=Q(n__gte=0), name=…) in Meta.constraints",
    ),
    (
        Orm::Django,
        CureName::OnConflict,
        "….bulk_create([…], ignore_conflicts=True), with the UniqueConstraint",
    ),
    (
        Orm::SqlAlchemy,
        CureName::ForUpdate,
        "select(…).with_for_update()",
    ),
    (
        Orm::SqlAlchemy,
        CureName::ForNoKeyUpdate,
        "select(…).with_for_update(key_share=True)",
    ),
    (
        Orm::SqlAlchemy,
        CureName::SkipLocked,
        "select(…).with_for_update(skip_locked=True)",
    ),
    (
        Orm::SqlAlchemy,
        CureName::ConditionalUpdate,
        "update(T).where(T.id == …, T.n >= taken).values(n=T.n - taken): look at rowcount",
    ),
    (
        Orm::SqlAlchemy,
        CureName::CompareAndSet,
        "__mapper_args__ = {\"version_id_col\": …}: StaleDataError is to be run again",
    ),
    (
        Orm::SqlAlchemy,
        CureName::UniqueIndex,
        "UniqueConstraint(…) in __table_args__",
    ),
    (
        Orm::SqlAlchemy,
        CureName::CheckConstraint,
        "CheckConstraint(\"n >= 0\") in __table_args__",
    ),
    (
        Orm::SqlAlchemy,
        CureName::OnConflict,
        "sqlalchemy.dialects.postgresql.insert(…).on_conflict_do_nothing()",
    ),
    (
        Orm::ActiveRecord,
        CureName::ForUpdate,
        "record.lock!, or Model.lock.find(…), inside transaction",
    ),
    (
        Orm::ActiveRecord,
        CureName::ForNoKeyUpdate,
        "record.lock!(\"FOR NO KEY UPDATE\"), inside transaction",
    ),
    (
        Orm::ActiveRecord,
        CureName::ConditionalUpdate,
        "Model.where(id: …).where(\"n >= ?\", taken).update_all([\"n = n - ?\", taken]): 0 is too few left",
    ),
    (
        Orm::ActiveRecord,
        CureName::CompareAndSet,
        "a column lock_version: StaleObjectError is to be run again",
    ),
    (
        Orm::ActiveRecord,
        CureName::UniqueIndex,
        "add_index :table, […], unique: true",
    ),
    (
        Orm::ActiveRecord,
        CureName::OnConflict,
        "Model.insert({…}), with the unique index",
    ),
    (
        Orm::Sequelize,
        CureName::ForUpdate,
        "Model.findByPk(id, { transaction, lock: transaction.LOCK.UPDATE })",
    ),
    (
        Orm::Sequelize,
        CureName::ForNoKeyUpdate,
        "Model.findByPk(id, { transaction, lock: transaction.LOCK.NO_KEY_UPDATE })",
    ),
    (
        Orm::Sequelize,
        CureName::ConditionalUpdate,
        "Model.decrement(\"n\", { by: taken, where: { id, n: { [Op.gte]: taken } } })",
    ),
    (
        Orm::Sequelize,
        CureName::CompareAndSet,
        "version: true in the model: OptimisticLockError is to be run again",
    ),
    (
        Orm::TypeOrm,
        CureName::ForUpdate,
        "findOne({ where: …, lock: { mode: \"pessimistic_write\" } })",
    ),
    (
        Orm::TypeOrm,
        CureName::ForNoKeyUpdate,
        "findOne({ where: …, lock: { mode: \"for_no_key_update\" } })",
    ),
    (
        Orm::TypeOrm,
        CureName::UniqueIndex,
        "@Unique([…]) on the entity",
    ),
    (
        Orm::Ecto,
        CureName::ForUpdate,
        "from(s in S, lock: \"FOR UPDATE\")",
    ),
    (
        Orm::Ecto,
        CureName::ForNoKeyUpdate,
        "from(s in S, lock: \"FOR NO KEY UPDATE\")",
    ),
    (
        Orm::Knex,
        CureName::ForUpdate,
        "trx(…).where(…).first().forUpdate(), inside knex.transaction(…)",
    ),
    (
        Orm::Knex,
        CureName::ForNoKeyUpdate,
        "trx(…).where(…).first().forNoKeyUpdate(), inside knex.transaction(…)",
    ),
    (
        Orm::Knex,
        CureName::SkipLocked,
        "trx(…).forUpdate().skipLocked()",
    ),
    (
        Orm::Knex,
        CureName::ConditionalUpdate,
        "knex(…).where({ id }).where(\"n\", \">=\", taken).decrement(\"n\", taken): 0 is too few left",
    ),
    (Orm::Knex, CureName::UniqueIndex, "table.unique([…])"),
    (
        Orm::Knex,
        CureName::OnConflict,
        "knex(…).insert(…).onConflict(…).ignore(), with the unique index",
    ),
    (Orm::Diesel, CureName::ForUpdate, "….for_update()"),
    (
        Orm::Diesel,
        CureName::ForNoKeyUpdate,
        "….for_no_key_update()",
    ),
];

impl Orm {
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
                Some(Orm::Django),
            ),
            (
                "SELECT stock.id, stock.units \nFROM stock \nWHERE stock.id = 1",
                Some(Orm::SqlAlchemy),
            ),
            (
                r#"SELECT "stock".* FROM "stock" WHERE "stock"."id" = $1 LIMIT $2"#,
                Some(Orm::ActiveRecord),
            ),
            (
                r#"SELECT "id", "units" FROM "stock" AS "stock" WHERE "stock"."id" = 1"#,
                Some(Orm::Sequelize),
            ),
            (
                r#"SELECT "stock"."id" AS "stock_id", "stock"."units" AS "stock_units" FROM "stock" "stock" WHERE (("stock"."id" = $1)) LIMIT 1"#,
                Some(Orm::TypeOrm),
            ),
            (
                r#"SELECT s0."units" FROM "stock" AS s0 WHERE (s0."id" = 1)"#,
                Some(Orm::Ecto),
            ),
            (
                r#"SELECT "stock"."units" FROM "stock" WHERE ("stock"."id" = $1)"#,
                Some(Orm::Diesel),
            ),
            (
                r#"select "units" from "stock" where "id" = $1 limit $2"#,
                Some(Orm::Knex),
            ),
            (
                r#"SELECT "public"."stock"."id" FROM "public"."stock" WHERE ("public"."stock"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3"#,
                None,
            ),
            ("SELECT units FROM stock WHERE id = 1", None),
        ];
        for (sql, orm) in cases {
            assert_eq!(Orm::of([sql].into_iter()), orm, "{sql}");
        }
    }
}
