use super::*;

fn load() -> Load {
    Load {
        orders: Some(1_000),
        items: 10,
        ..Load::default()
    }
}

#[test]
fn one_seed_asks_for_the_same_every_time_and_another_for_something_else() {
    let first = Orders::new(&load());
    let again = Orders::new(&load());
    let other = Orders::new(&Load { seed: 2, ..load() });
    let wish = |orders: &Orders| {
        (1..=100)
            .map(|key| orders.get(key).orders()[0].item)
            .collect::<Vec<_>>()
    };
    assert_eq!(wish(&first), wish(&again));
    assert_ne!(wish(&first), wish(&other));
}

#[test]
fn the_share_of_restocks_is_exact_and_the_last_third_only_buys() {
    let orders = Orders::new(&Load {
        restock: 0.4,
        ..load()
    });
    let restocks: Vec<i64> = (1..=1_000)
        .filter(|key| orders.get(*key).is_restock())
        .collect();
    assert_eq!(restocks.len(), 400);
    assert_eq!(orders.restocks(), 400);
    assert!(restocks.iter().all(|key| *key <= 667), "{restocks:?}");
}

#[test]
fn skew_prefers_the_first_item_and_its_absence_none() {
    let share_of_first = |skew| {
        let orders = Orders::new(&Load { skew, ..load() });
        (1..=1_000)
            .filter(|key| orders.get(*key).orders()[0].item == 1)
            .count()
    };
    assert!(share_of_first(1.1) > 250, "{}", share_of_first(1.1));
    assert!(
        (50..=150).contains(&share_of_first(0.0)),
        "{}",
        share_of_first(0.0)
    );
}

#[test]
fn a_basket_holds_different_items_under_keys_of_its_own() {
    let orders = Orders::new(&Load {
        basket: 3,
        ..load()
    });
    let mut keys = Vec::new();
    let mut in_own_order = false;
    for number in 1..=50 {
        let basket = orders.get(number);
        let mut items: Vec<i64> = basket.orders().iter().map(|order| order.item).collect();
        in_own_order |= !items.is_sorted();
        items.sort_unstable();
        items.dedup();
        assert_eq!(items.len(), 3);
        assert_eq!(basket.key(), (number - 1) * 3 + 1);
        keys.extend(basket.orders().iter().map(|order| order.key));
    }
    assert_eq!(keys, (1..=150).collect::<Vec<_>>());
    assert!(in_own_order);
}

#[test]
fn a_sorted_basket_is_in_everybodys_order() {
    let orders = Orders::new(&Load {
        basket: 3,
        basket_order: BasketOrder::Sorted,
        ..load()
    });
    for number in 1..=50 {
        assert!(
            orders
                .get(number)
                .orders()
                .is_sorted_by_key(|order| order.item)
        );
    }
}

#[test]
fn quantities_of_a_range_take_every_value_of_it() {
    let orders = Orders::new(&Load {
        quantity: Quantity { least: 1, most: 4 },
        ..load()
    });
    let mut seen: Vec<i64> = (1..=100)
        .map(|number| orders.get(number).orders()[0].quantity)
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, [1, 2, 3, 4]);
}
