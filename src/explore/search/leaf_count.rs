//! How many leaves a tree has, from a few random descents into it.
//!
//! Each descent takes one of the open choices by chance at every point, each with the same
//! likelihood, and multiplies how many there were. The mean of these products is the number of
//! leaves, on average over all descents, whatever the shape of the tree (D. E. Knuth, "Estimating the
//! Efficiency of Backtrack Programs", Mathematics of Computation 29 (1975)). It may be far too low
//! where few descents lead to many leaves: so a mean is only told where the products differ little.

/// Fewer descents say nothing.
const LEAST: u64 = 20;

/// From which standard error on a mean says nothing, as a part of it.
const LARGEST_ERROR: f64 = 0.3;

/// The leaves that descents have told of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LeafCount {
    descents: u64,
    sum: f64,
    sum_of_squares: f64,
}

impl LeafCount {
    /// A descent is over, on which there were so many choices at all points, multiplied.
    pub(super) fn add(&mut self, product: f64) {
        self.descents += 1;
        self.sum += product;
        self.sum_of_squares += product * product;
    }

    /// Descents so far.
    pub(super) fn descents(&self) -> u64 {
        self.descents
    }

    /// The leaves, by the descents so far.
    pub(super) fn mean(&self) -> f64 {
        self.sum / self.descents.max(1) as f64
    }

    /// The same where enough descents agree.
    pub(super) fn sound(&self) -> Option<f64> {
        let mean = self.mean();
        let count = self.descents as f64;
        let variance = (self.sum_of_squares / count - mean * mean).max(0.0);
        let error = (variance / (count - 1.0)).sqrt();
        (self.descents >= LEAST && error <= LARGEST_ERROR * mean).then_some(mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_told_where_enough_descents_agree() {
        let of = |products: &[f64]| {
            let mut count = LeafCount::default();
            products.iter().for_each(|product| count.add(*product));
            count
        };
        assert_eq!(of(&[]).sound(), None);
        assert_eq!(of(&[24.0; 19]).sound(), None);
        assert_eq!(of(&[24.0; 20]).sound(), Some(24.0));
        let mut wild = [8.0; 40];
        wild[7] = 100_000.0;
        assert_eq!(of(&wild).sound(), None);
        assert_eq!(of(&wild).descents(), 40);
        assert!(of(&wild).mean() > 2_000.0);
    }
}
