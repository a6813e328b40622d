use super::*;

/// `stock` is the parent of `orders`, and that of `lines`; both `a.jobs` and `b.jobs` are there;
/// `audited` has a trigger, whose rows `logged` refers to; `today` is a view.
fn footprints() -> Footprints {
    let relation = |id: u32, name: &str, parents: &[u32], sequences: &[u32]| Relation {
        id,
        name: name.to_owned(),
        plain: true,
        parents: parents.to_vec(),
        sequences: sequences.to_vec(),
        expressions: Vec::new(),
    };
    let mut relations = vec![
        relation(1, "stock", &[], &[]),
        relation(2, "orders", &[1], &[20]),
        relation(3, "lines", &[2], &[]),
        relation(4, "jobs", &[], &[]),
        relation(5, "jobs", &[], &[]),
        relation(6, "Capital Letters", &[], &[]),
        relation(7, "audited", &[8], &[]),
        relation(8, "logged", &[], &[]),
        relation(9, "today", &[], &[]),
        relation(10, "computed", &[], &[]),
        relation(11, "checked", &[], &[]),
        relation(20, "orders_id_seq", &[], &[]),
    ];
    for relation in &mut relations {
        relation.plain = !["audited", "today", "orders_id_seq"].contains(&relation.name.as_str());
    }
    relations[9].expressions = vec!["price_of(id)".to_owned()];
    relations[10].expressions = vec!["CHECK ((lower(name) = ANY (ARRAY['a'::text])))".to_owned()];
    Footprints::new(&Reach {
        relations,
        functions: vec!["buy".to_owned(), "total".to_owned()],
        settings_are_usual: true,
        ..Reach::default()
    })
}

fn touches(reads: &[u32], writes: &[u32]) -> Footprint {
    let set = |ids: &[u32]| ids.iter().map(|id| name(*id)).collect();
    Footprint::Touches {
        reads: set(reads),
        writes: set(writes),
    }
}

#[test]
fn a_statement_touches_the_tables_that_it_names_and_those_behind_them() {
    let footprints = footprints();
    for (sql, reads, writes) in [
        ("SELECT units FROM stock WHERE id = 1", &[1][..], &[][..]),
        (
            "select 1 from Stock, orders, LATERAL (SELECT 1 FROM lines) x",
            &[1, 2, 3],
            &[],
        ),
        (
            "SELECT a.x FROM public.stock AS a JOIN ONLY \"orders\" o USING (id)",
            &[1, 2],
            &[],
        ),
        (
            "SELECT count(*) FROM (SELECT 1 FROM (SELECT 1 FROM stock) y) z",
            &[1],
            &[],
        ),
        (
            "SELECT units FROM stock WHERE id = 1 FOR UPDATE SKIP LOCKED",
            &[],
            &[1],
        ),
        ("SELECT units FROM stock FOR NO KEY UPDATE", &[], &[1]),
        ("SELECT 1 FROM \"Capital Letters\"", &[6], &[]),
        ("SELECT 1 FROM jobs", &[4, 5], &[]),
        (
            "SELECT 'stock', E'it\\'s stock', $$ stock $$ -- stock\n /* stock */",
            &[],
            &[],
        ),
        ("SELECT 1 -- x\r FROM stock", &[1], &[]),
        ("INSERT INTO orders (item) VALUES ($1)", &[], &[1, 2, 20]),
        (
            "INSERT INTO public.orders AS o (item) VALUES (1) RETURNING (SELECT 1 FROM jobs)",
            &[4, 5],
            &[1, 2, 20],
        ),
        ("INSERT INTO stock SELECT 1, 2", &[], &[1]),
        (
            "INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET item = 2",
            &[],
            &[1, 2, 3, 20],
        ),
        (
            "UPDATE stock SET units = units - 1 WHERE id = $1",
            &[],
            &[1, 2, 3, 20],
        ),
        (
            "UPDATE ONLY lines SET x = s.x FROM stock s WHERE s.id = 1",
            &[1],
            &[2, 3],
        ),
        (
            "DELETE FROM orders USING jobs j WHERE j.id = item",
            &[4, 5],
            &[1, 2, 3, 20],
        ),
        (
            "WITH a AS (SELECT 1 FROM stock) SELECT * FROM a JOIN orders ON true",
            &[1, 2],
            &[],
        ),
        (
            "WITH a AS (UPDATE lines SET x = 1 RETURNING *) SELECT 1 FROM jobs",
            &[],
            &[2, 3, 4, 5],
        ),
        ("BEGIN; SELECT units FROM stock", &[1], &[]),
        (
            "DELETE /* a comment, and no call */ FROM lines",
            &[],
            &[2, 3],
        ),
        ("SELECT name FROM checked", &[11], &[]),
    ] {
        assert_eq!(footprints.of(sql), touches(reads, writes), "{sql}");
    }
    assert_eq!(
        footprints.of("POST /bill/1"),
        Footprint::writing("calls to the outside")
    );
    for sql in [
        "COMMIT",
        "rollback",
        "END TRANSACTION",
        "BEGIN",
        "SAVEPOINT a",
    ] {
        assert_eq!(footprints.of(sql), Footprint::Nothing, "{sql}");
    }
}

#[test]
fn what_is_not_understood_touches_everything() {
    let footprints = footprints();
    for sql in [
        "",
        "TABLE stock",
        "TRUNCATE stock",
        "LOCK TABLE stock",
        "(SELECT 1 FROM stock)",
        "/* mine */ SELECT 1",
        "/* mine */ COMMIT",
        "COMMIT; UPDATE stock SET units = 1",
        "COMMIT AND CHAIN",
        "ROLLBACK TO SAVEPOINT a",
        "ROLLBACK/**/TO a",
        "COMMIT PREPARED 'a'",
        "SELECT 1 FROM stock; SELECT 2",
        "SELECT 1 INTO stock2 FROM stock",
        "WITH a AS (SELECT 1) SELECT * INTO b FROM a",
        "WITH a AS (INSERT INTO lines VALUES (1)) SELECT 1 INTO b",
        "SELECT pg_advisory_lock(1)",
        "SELECT nextval('orders_id_seq')",
        "SELECT last_value FROM orders_id_seq",
        "SELECT buy(1)",
        "SELECT o.total FROM orders o",
        "SELECT \"Buy\"(1)",
        "SELECT * FROM elsewhere.lower_all(1)",
        "SELECT oid FROM pg_class",
        "SELECT 1 FROM information_schema.tables",
        "SELECT 1 FROM lockbench_outside.calls",
        "SELECT 1 FROM today",
        "SELECT 1 FROM audited",
        "DELETE FROM logged",
        "INSERT INTO computed VALUES (1)",
        "UPDATE unknown SET x = 1",
        "UPDATE orders.jobs.lines SET x = 1",
        "SELECT 1 FROM U&\"st\\006Fck\"",
        "SELECT 1 FROM \"a\"\"b\"",
        "SELECT E'a'\n'b\\' FROM stock'",
        "SELECT units FROM stock WHERE id = 1FOR UPDATE",
        "SELECT 1\u{a0}FROM stock",
        "MERGE INTO stock USING orders ON true WHEN MATCHED THEN DELETE",
        "CALL buy(1)",
        "DO $$ BEGIN END $$",
        "(a function call)",
    ] {
        assert_eq!(footprints.of(sql), Footprint::Everything, "{sql}");
    }
    let long = format!("SELECT 1 FROM {}", "a".repeat(64));
    assert_eq!(footprints.of(&long), Footprint::Everything);
}

#[test]
fn what_may_change_the_meaning_of_names_is_told_from_what_does_not() {
    let mut footprints = footprints();
    for sql in [
        "SELECT '{\"a\":\"\"}'",
        "INSERT INTO stock VALUES (1)",
        "SET search_path TO x",
        "SELECT buy(1)",
        "COPY stock FROM STDIN",
    ] {
        assert!(!footprints.changes_names(sql), "{sql}");
    }
    for sql in [
        "CREATE TEMP TABLE stock (id int)",
        "SELECT 1; ALTER TABLE stock RENAME TO x",
        "SELECT 1 INTO TEMP stock",
        "DO $$ BEGIN END $$",
        "CALL buy(1)",
        "(a function call)",
        "SET standard_conforming_strings = off",
    ] {
        assert!(footprints.changes_names(sql), "{sql}");
    }
    footprints.functions_may_change_names = true;
    for sql in [
        "SELECT buy(1)",
        "UPDATE audited SET x = 1",
        "DELETE FROM logged",
    ] {
        assert!(footprints.changes_names(sql), "{sql}");
    }
    assert!(!footprints.changes_names("SELECT 1 FROM stock"));
}

#[test]
fn of_a_database_with_code_in_its_operators_nothing_is_known() {
    let unknown = |change: fn(&mut Reach)| {
        let mut reach = Reach {
            settings_are_usual: true,
            ..Reach::default()
        };
        change(&mut reach);
        Footprints::new(&reach).of("SELECT 1") == Footprint::Everything
    };
    assert!(!unknown(|_| ()));
    assert!(unknown(|reach| reach.operators_run_code = true));
    assert!(unknown(|reach| reach.settings_are_usual = false));
    assert!(unknown(|reach| reach.functions.push("a\"b".to_owned())));
    assert!(unknown(|reach| {
        reach.domain_checks = vec!["CHECK (is_fine(VALUE))".to_owned()];
    }));
}
