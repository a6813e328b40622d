//! Cures in the words of each library.

use super::Library;
use crate::race::CureName;

/// What it is called there: from the manuals of each.
pub(super) const WORDS: [(Library, CureName, &str); 39] = [
    (
        Library::Django,
        CureName::ForUpdate,
        "….select_for_update().get(…), inside transaction.atomic()",
    ),
    (
        Library::Django,
        CureName::ForNoKeyUpdate,
        "….select_for_update(no_key=True).get(…), inside transaction.atomic()",
    ),
    (
        Library::Django,
        CureName::SkipLocked,
        "….select_for_update(skip_locked=True)",
    ),
    (
        Library::Django,
        CureName::ConditionalUpdate,
        "….filter(id=…, n__gte=taken).update(n=F(\"n\") - taken): 0 rows are too few left",
    ),
    (
        Library::Django,
        CureName::CompareAndSet,
        "….filter(id=…, n=read).update(n=new): run again on 0 rows",
    ),
    (
        Library::Django,
        CureName::UniqueIndex,
        "UniqueConstraint(fields=[…], name=…) in Meta.constraints",
    ),
    (
        Library::Django,
        CureName::CheckConstraint,
        "CheckConstraint(condition=Q(n__gte=0), name=…) in Meta.constraints",
    ),
    (
        Library::Django,
        CureName::OnConflict,
        "….bulk_create([…], ignore_conflicts=True), with the UniqueConstraint",
    ),
    (
        Library::SqlAlchemy,
        CureName::ForUpdate,
        "select(…).with_for_update()",
    ),
    (
        Library::SqlAlchemy,
        CureName::ForNoKeyUpdate,
        "select(…).with_for_update(key_share=True)",
    ),
    (
        Library::SqlAlchemy,
        CureName::SkipLocked,
        "select(…).with_for_update(skip_locked=True)",
    ),
    (
        Library::SqlAlchemy,
        CureName::ConditionalUpdate,
        "update(T).where(T.id == …, T.n >= taken).values(n=T.n - taken): look at rowcount",
    ),
    (
        Library::SqlAlchemy,
        CureName::CompareAndSet,
        "__mapper_args__ = {\"version_id_col\": …}: StaleDataError is to be run again",
    ),
    (
        Library::SqlAlchemy,
        CureName::UniqueIndex,
        "UniqueConstraint(…) in __table_args__",
    ),
    (
        Library::SqlAlchemy,
        CureName::CheckConstraint,
        "CheckConstraint(\"n >= 0\") in __table_args__",
    ),
    (
        Library::SqlAlchemy,
        CureName::OnConflict,
        "sqlalchemy.dialects.postgresql.insert(…).on_conflict_do_nothing()",
    ),
    (
        Library::ActiveRecord,
        CureName::ForUpdate,
        "record.lock!, or Model.lock.find(…), inside transaction",
    ),
    (
        Library::ActiveRecord,
        CureName::ForNoKeyUpdate,
        "record.lock!(\"FOR NO KEY UPDATE\"), inside transaction",
    ),
    (
        Library::ActiveRecord,
        CureName::ConditionalUpdate,
        "Model.where(id: …).where(\"n >= ?\", taken).update_all([\"n = n - ?\", taken]): 0 is too few left",
    ),
    (
        Library::ActiveRecord,
        CureName::CompareAndSet,
        "a column lock_version: StaleObjectError is to be run again",
    ),
    (
        Library::ActiveRecord,
        CureName::UniqueIndex,
        "add_index :table, […], unique: true",
    ),
    (
        Library::ActiveRecord,
        CureName::OnConflict,
        "Model.insert({…}), with the unique index",
    ),
    (
        Library::Sequelize,
        CureName::ForUpdate,
        "Model.findByPk(id, { transaction, lock: transaction.LOCK.UPDATE })",
    ),
    (
        Library::Sequelize,
        CureName::ForNoKeyUpdate,
        "Model.findByPk(id, { transaction, lock: transaction.LOCK.NO_KEY_UPDATE })",
    ),
    (
        Library::Sequelize,
        CureName::ConditionalUpdate,
        "Model.decrement(\"n\", { by: taken, where: { id, n: { [Op.gte]: taken } } })",
    ),
    (
        Library::Sequelize,
        CureName::CompareAndSet,
        "version: true in the model: OptimisticLockError is to be run again",
    ),
    (
        Library::TypeOrm,
        CureName::ForUpdate,
        "findOne({ where: …, lock: { mode: \"pessimistic_write\" } })",
    ),
    (
        Library::TypeOrm,
        CureName::ForNoKeyUpdate,
        "findOne({ where: …, lock: { mode: \"for_no_key_update\" } })",
    ),
    (
        Library::TypeOrm,
        CureName::UniqueIndex,
        "@Unique([…]) on the entity",
    ),
    (
        Library::Ecto,
        CureName::ForUpdate,
        "from(s in S, lock: \"FOR UPDATE\")",
    ),
    (
        Library::Ecto,
        CureName::ForNoKeyUpdate,
        "from(s in S, lock: \"FOR NO KEY UPDATE\")",
    ),
    (
        Library::Knex,
        CureName::ForUpdate,
        "trx(…).where(…).first().forUpdate(), inside knex.transaction(…)",
    ),
    (
        Library::Knex,
        CureName::ForNoKeyUpdate,
        "trx(…).where(…).first().forNoKeyUpdate(), inside knex.transaction(…)",
    ),
    (
        Library::Knex,
        CureName::SkipLocked,
        "trx(…).forUpdate().skipLocked()",
    ),
    (
        Library::Knex,
        CureName::ConditionalUpdate,
        "knex(…).where({ id }).where(\"n\", \">=\", taken).decrement(\"n\", taken): 0 is too few left",
    ),
    (Library::Knex, CureName::UniqueIndex, "table.unique([…])"),
    (
        Library::Knex,
        CureName::OnConflict,
        "knex(…).insert(…).onConflict(…).ignore(), with the unique index",
    ),
    (Library::Diesel, CureName::ForUpdate, "….for_update()"),
    (
        Library::Diesel,
        CureName::ForNoKeyUpdate,
        "….for_no_key_update()",
    ),
];
