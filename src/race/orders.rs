//! The orders that sessions can run in, one after the other.

/// Every order of them, one at a time: of ten there are more than three million.
pub(super) struct Orders {
    next: Option<Vec<usize>>,
}

impl Orders {
    /// Begins with the order of their numbers.
    pub(super) fn of(mut sessions: Vec<usize>) -> Self {
        sessions.sort_unstable();
        Self {
            next: Some(sessions),
        }
    }
}

impl Iterator for Orders {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let order = self.next.take()?;
        let rises = order.windows(2).rposition(|pair| pair[0] < pair[1]);
        if let Some(at) = rises {
            let mut following = order.clone();
            let greater = following.iter().rposition(|it| *it > order[at]);
            following.swap(at, greater.unwrap_or(at));
            following[at + 1..].reverse();
            self.next = Some(following);
        }
        Some(order)
    }
}

/// How many there are of so many sessions.
pub(super) fn count(sessions: usize) -> u64 {
    (1..=sessions as u64).product()
}

/// Every choice of some of them.
pub(super) fn subsets(all: &[usize]) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new()];
    for one in all {
        let with: Vec<Vec<usize>> = found
            .iter()
            .map(|some| [some.as_slice(), &[*one]].concat())
            .collect();
        found.extend(with);
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_order_and_every_choice_is_found_once() {
        let two: Vec<_> = Orders::of(vec![1, 0]).collect();
        assert_eq!(two, [[0, 1], [1, 0]]);
        for many in 0..6 {
            let orders: Vec<_> = Orders::of((0..many).collect()).collect();
            assert_eq!(orders.len() as u64, count(many));
            let distinct: BTreeSet<_> = orders.iter().collect();
            assert_eq!(distinct.len(), orders.len());
        }
        assert_eq!(subsets(&[0, 1]).len(), 4);
    }
}
