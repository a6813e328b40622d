//! Cures in the words of each library.

use super::Orm;
use crate::race::CureName;

/// What it is called there: from the manuals of each.
pub(super) const WORDS: [(Orm, CureName, &str); 39] = [
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
