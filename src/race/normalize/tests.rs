use super::*;
use crate::db::disposable::Column;

fn column(name: &str, made_up: bool) -> Column {
    Column {
        name: name.to_owned(),
        generated: false,
        made_up,
        key: made_up,
        binary: false,
    }
}

fn table(name: &str, columns: Vec<Column>, foreign_keys: Vec<ForeignKey>) -> Table {
    Table {
        schema: "public".to_owned(),
        name: name.to_owned(),
        columns,
        foreign_keys,
    }
}

fn normalizer() -> Normalizer {
    let mut catalog = Catalog::default();
    let key = ForeignKey {
        column: "order_id".to_owned(),
        table: ("public".to_owned(), "orders".to_owned()),
        target: "id".to_owned(),
    };
    catalog.tables = vec![
        table(
            "orders",
            vec![column("id", true), column("who", false)],
            Vec::new(),
        ),
        table(
            "lines",
            vec![column("order_id", false), column("what", false)],
            vec![key],
        ),
    ];
    let mut normalizer = Normalizer::new(catalog);
    normalizer.before.insert(0, vec![row(&["1", "old"])]);
    normalizer.before.insert(1, Vec::new());
    normalizer
}

fn row(values: &[&str]) -> Row {
    values
        .iter()
        .map(|value| Some((*value).to_owned()))
        .collect()
}

fn contents(orders: &[&[&str]], lines: &[&[&str]]) -> Contents {
    let rows = |rows: &[&[&str]]| rows.iter().map(|values| row(values)).collect();
    Contents([(0, rows(orders)), (1, rows(lines))].into())
}

#[test]
fn a_new_key_is_compared_through_the_row_that_it_names() {
    let normalizer = normalizer();
    let one = contents(
        &[&["1", "old"], &["2", "ann"], &["3", "bob"]],
        &[&["2", "shoe"], &["3", "hat"]],
    );
    let other = contents(
        &[&["1", "old"], &["3", "ann"], &["2", "bob"]],
        &[&["3", "shoe"], &["2", "hat"]],
    );
    let exchanged = contents(
        &[&["1", "old"], &["3", "ann"], &["2", "bob"]],
        &[&["2", "shoe"], &["3", "hat"]],
    );
    assert_eq!(normalizer.state(&one), normalizer.state(&other));
    assert_ne!(normalizer.state(&one), normalizer.state(&exchanged));
}

#[test]
fn a_key_that_was_there_keeps_its_value() {
    let normalizer = normalizer();
    let one = contents(&[&["1", "old"]], &[&["1", "shoe"]]);
    let new = contents(&[&["1", "old"], &["2", "old"]], &[&["2", "shoe"]]);
    assert_ne!(
        normalizer.state(&one).0.get(&1),
        normalizer.state(&new).0.get(&1)
    );
    assert!(!normalizer.state(&one).0.contains_key(&0));
}

#[test]
fn what_differs_between_two_runs_of_the_same_is_made_up() {
    let mut normalizer = normalizer();
    let one = contents(&[&["1", "x7"]], &[]);
    let other = contents(&[&["1", "y9"]], &[]);
    assert_ne!(normalizer.state(&one), normalizer.state(&other));
    assert!(normalizer.learn(&one, &other));
    assert_eq!(normalizer.state(&one), normalizer.state(&other));
    assert!(!normalizer.learn(&one, &other));
}
