//! Numbers that make no run.

use super::*;

#[test]
fn the_defaults_make_a_run() {
    assert_eq!(Load::default().check(), Ok(()));
}

#[test]
fn what_makes_no_run_is_refused() {
    let ok = Load::default;
    for (load, error) in [
        (Load { threads: 0, ..ok() }, LoadError::NoThreads),
        (Load { pool: 0, ..ok() }, LoadError::NoConnections),
        (Load { items: 0, ..ok() }, LoadError::NoItems),
        (Load { stock: -1, ..ok() }, LoadError::NegativeStock(-1)),
        (
            Load {
                quantity: Quantity::exactly(0),
                ..ok()
            },
            LoadError::NoQuantity(Quantity::exactly(0)),
        ),
        (
            Load {
                orders: Some(0),
                ..ok()
            },
            LoadError::NoOrders,
        ),
        (
            Load {
                duration: Some(Duration::ZERO),
                ..ok()
            },
            LoadError::NoDuration,
        ),
        (Load { skew: -1.0, ..ok() }, LoadError::BadSkew(-1.0)),
        (
            Load {
                restock: 1.0,
                ..ok()
            },
            LoadError::BadShare(1.0),
        ),
        (
            Load {
                rate: Some(0.0),
                ..ok()
            },
            LoadError::BadRate(0.0),
        ),
        (
            Load {
                max_attempts: 0,
                ..ok()
            },
            LoadError::NoAttempts,
        ),
        (
            Load {
                stock: i64::MAX,
                ..ok()
            },
            LoadError::TooLarge,
        ),
    ] {
        assert_eq!(load.check(), Err(error));
    }
    assert!(
        Load {
            skew: f64::NAN,
            ..ok()
        }
        .check()
        .is_err()
    );
}
