//! Numbers near the user's own, under which the advice might be another.

use serde::Serialize;

use crate::model::load::Load;

/// The user's numbers but for one.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Neighbour {
    /// What is other: "10 items instead of 1".
    pub what: String,
    /// All of the numbers.
    pub load: Load,
}

/// By what the number of items is changed.
const ITEMS: i64 = 10;

/// By what the number of buyers is changed, and how many that may become.
const THREADS: u32 = 4;
const MOST_THREADS: u32 = 64;

impl Neighbour {
    /// Fewer and more items, and fewer and more buyers, as far as there can be.
    pub fn of(load: &Load) -> Vec<Self> {
        let items = [load.items / ITEMS, load.items.saturating_mul(ITEMS)];
        let threads = [load.threads / THREADS, load.threads.saturating_mul(THREADS)];
        let enough = i64::from(load.basket).max(1);
        let items = items
            .into_iter()
            .filter(|items| *items >= enough)
            .map(|items| Self {
                what: format!("{} instead of {}", counted(items, "item"), load.items),
                load: Load {
                    items,
                    ..load.clone()
                },
            });
        let threads = threads
            .into_iter()
            .filter(|threads| (1..=MOST_THREADS).contains(threads))
            .map(|threads| Self {
                what: format!(
                    "{} instead of {}",
                    counted(threads.into(), "thread"),
                    load.threads
                ),
                load: Load {
                    threads,
                    pool: if load.pool < load.threads {
                        load.pool.min(threads)
                    } else {
                        threads
                    },
                    ..load.clone()
                },
            });
        items.chain(threads).collect()
    }

    /// The most connections that any of them needs.
    pub fn connections(load: &Load) -> u32 {
        let pools = Self::of(load).into_iter().map(|one| one.load.pool);
        pools.max().unwrap_or(0).max(load.pool)
    }
}

fn counted(number: i64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_no_neighbours_beyond_what_can_be() {
        let load = Load {
            threads: 2,
            pool: 2,
            ..Load::default()
        };
        let found: Vec<String> = Neighbour::of(&load)
            .into_iter()
            .map(|one| one.what)
            .collect();
        assert_eq!(found, ["10 items instead of 1", "8 threads instead of 2"]);
        assert_eq!(Neighbour::connections(&load), 8);
    }

    #[test]
    fn fewer_and_more_are_looked_at() {
        let load = Load {
            items: 100,
            ..Load::default()
        };
        let found = Neighbour::of(&load);
        let items: Vec<i64> = found.iter().map(|one| one.load.items).collect();
        assert_eq!(items, [10, 1000, 100, 100]);
        let threads: Vec<u32> = found.iter().map(|one| one.load.threads).collect();
        assert_eq!(threads, [8, 8, 2, 32]);
    }
}
