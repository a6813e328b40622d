//! What a statement reaches without naming it: by foreign keys, sequences and code.

use anyhow::{Context, Result};
use diesel::PgConnection;
use serde::Deserialize;

use super::super::SCHEMA;
use super::ask;

/// What statements reach in a database beyond the tables that they name.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Reach {
    /// All that can stand where a table does.
    pub relations: Vec<Relation>,
    /// The names of functions that somebody has made.
    pub functions: Vec<String>,
    /// Whether one of them may make or rename a table, or change how statements are understood.
    pub functions_may_change_names: bool,
    /// Whether an operator or a cast is code of somebody's that may do anything.
    pub operators_run_code: bool,
    /// What is computed when a value of a domain is made.
    pub domain_checks: Vec<String>,
    /// Whether a backslash in a string is nothing but a backslash, and the roles of the database
    /// begin their sessions with neither this nor the isolation level changed.
    pub settings_are_usual: bool,
}

/// A table, a view, a sequence.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Relation {
    /// The server's own number for it.
    pub id: u32,
    /// Its name without the schema.
    pub name: String,
    /// Whether it is a table that holds its rows itself, and reading or writing it runs no code of
    /// anybody's: no trigger, rule, policy, child or partition.
    pub plain: bool,
    /// The tables that its foreign keys lead to.
    pub parents: Vec<u32>,
    /// The sequences that its defaults take from.
    pub sequences: Vec<u32>,
    /// What is computed when a row is written: defaults, checks, indexes.
    pub expressions: Vec<String>,
}

/// What is numbered below 16384 comes with the server (src/include/access/transam.h). What lockbench has
/// made for itself reaches nothing.
const QUESTION: &str = "
WITH r AS (
    SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND n.nspname NOT IN ('pg_toast', '{SCHEMA}')
), f AS (
    SELECT p.proname, p.oid, p.prosrc, l.lanname IN ('c', 'internal') AS compiled
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.oid >= 16384
      AND p.pronamespace IS DISTINCT FROM to_regnamespace('{SCHEMA}')::oid
), t AS (
    SELECT tgrelid FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid WHERE NOT tgisinternal
      AND p.pronamespace IS DISTINCT FROM to_regnamespace('{SCHEMA}')::oid
)
SELECT json_build_object(
  'relations', (SELECT coalesce(json_agg(json_build_object(
    'id', r.oid::int8, 'name', r.relname,
    'plain', r.relkind = 'r' AND NOT r.relhasrules AND NOT r.relrowsecurity AND NOT r.relispartition
        AND r.relpersistence <> 't'
        AND NOT EXISTS (SELECT FROM pg_inherits i WHERE r.oid IN (i.inhrelid, i.inhparent))
        AND NOT EXISTS (SELECT FROM t WHERE t.tgrelid = r.oid),
    'parents', (SELECT coalesce(json_agg(k.confrelid::int8), '[]') FROM pg_constraint k
        WHERE k.conrelid = r.oid AND k.contype = 'f'),
    'sequences', (SELECT coalesce(json_agg(s.oid::int8), '[]') FROM pg_class s WHERE s.relkind = 'S'
        AND (EXISTS (SELECT FROM pg_depend d JOIN pg_attrdef a ON a.oid = d.objid
                     WHERE d.classid = 'pg_attrdef'::regclass AND d.refobjid = s.oid
                       AND d.refclassid = 'pg_class'::regclass AND a.adrelid = r.oid)
          OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid
                       AND d.refclassid = 'pg_class'::regclass AND d.refobjid = r.oid))),
    'expressions', (SELECT coalesce(json_agg(e), '[]') FROM (
        SELECT pg_get_expr(a.adbin, a.adrelid) FROM pg_attrdef a WHERE a.adrelid = r.oid
        UNION ALL SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k
            WHERE k.conrelid = r.oid AND k.contype = 'c'
        UNION ALL SELECT pg_get_expr(i.indexprs, i.indrelid) FROM pg_index i WHERE i.indrelid = r.oid
        UNION ALL SELECT pg_get_expr(i.indpred, i.indrelid) FROM pg_index i WHERE i.indrelid = r.oid
        ) AS x (e) WHERE e IS NOT NULL)
    ) ORDER BY r.oid), '[]') FROM r),
  'functions', (SELECT coalesce(json_agg(DISTINCT proname), '[]') FROM f),
  'functions_may_change_names', EXISTS (SELECT FROM f WHERE NOT compiled AND (
      coalesce(prosrc, '') = '' OR
      prosrc ~* 'create|alter|drop|execute|temp|config|isolation|conforming|call')),
  'operators_run_code',
      EXISTS (SELECT FROM pg_operator o JOIN f ON f.oid = o.oprcode WHERE NOT f.compiled) OR
      EXISTS (SELECT FROM pg_cast c JOIN f ON f.oid = c.castfunc WHERE NOT f.compiled),
  'domain_checks', (SELECT coalesce(json_agg(pg_get_constraintdef(oid)), '[]') FROM pg_constraint
      WHERE contypid <> 0 AND oid >= 16384),
  'settings_are_usual', current_setting('standard_conforming_strings') = 'on' AND NOT EXISTS (
      SELECT FROM pg_db_role_setting WHERE setconfig::text ~* 'isolation|conforming'
        AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))
)::text AS json";

impl Reach {
    /// Asks the database.
    ///
    /// # Errors
    /// Whatever it answers.
    pub fn ask(connection: &mut PgConnection) -> Result<Self> {
        let question = QUESTION.replace("{SCHEMA}", SCHEMA);
        ask(connection, &question).context("the database did not say what its tables reach")
    }
}
