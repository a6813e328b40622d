//! How many of the sorted values an interval may leave out at each end: from the exact
//! distributions of three rank statistics where nothing differs.

use super::STRICTER;

/// Leaves out at either end, of so many sorted measurements, for an interval of their median.
/// How many of them lie below the median is a matter of tossing coins.
pub(super) fn signs(count: usize) -> Option<usize> {
    let mut ways = vec![1.0];
    for _ in 0..count {
        ways.push(0.0);
        for heads in (1..ways.len()).rev() {
            ways[heads] += ways[heads - 1];
        }
        halve(&mut ways);
    }
    left_out(ways)
}

/// The same, of the means of all pairs of so many measurements, for Wilcoxon's statistic: the
/// sum of the ranks that lie above the centre, each of which does or does not.
pub(super) fn signed_rank(count: usize) -> Option<usize> {
    let mut ways = vec![1.0];
    for rank in 1..=count {
        let before = ways.len();
        ways.resize(before + rank, 0.0);
        for sum in (rank..ways.len()).rev() {
            ways[sum] += ways[sum - rank];
        }
        halve(&mut ways);
    }
    left_out(ways)
}

/// The same, of all differences between two samples of so many measurements, for the statistic
/// of Mann and Whitney: the pairs in which the second is greater. Of the samples' greatest
/// value it is known from which it comes: `from` or `to` decides what is left.
pub(super) fn mann_whitney(from: usize, to: usize) -> Option<usize> {
    if from == 0 || to == 0 {
        return None;
    }
    // The distribution for `i` and `j` measurements, for one `i` after the other.
    let mut row: Vec<Vec<f64>> = vec![vec![1.0]; to + 1];
    for i in 1..=from {
        let mut next: Vec<Vec<f64>> = vec![vec![1.0]];
        for j in 1..=to {
            let share = j as f64 / (i + j) as f64;
            let mut ways = vec![0.0; i * j + 1];
            // The greatest comes from `to`: it is above all `i` of the others.
            for (sum, way) in next[j - 1].iter().enumerate() {
                ways[sum + i] += way * share;
            }
            for (sum, way) in row[j].iter().enumerate() {
                ways[sum] += way * (1.0 - share);
            }
            next.push(ways);
        }
        row = next;
    }
    left_out(row.pop()?)
}

/// The probability of each outcome, from that of the one before and one more toss.
fn halve(ways: &mut [f64]) {
    for way in ways {
        *way /= 2.0;
    }
}

/// How many outcomes at one end are together no more likely than half the doubt allowed;
/// `None` where already the last one is more likely. The interval then begins after them.
fn left_out(probabilities: Vec<f64>) -> Option<usize> {
    let doubt = (1.0 - STRICTER) / 2.0;
    let mut sum = 0.0;
    let tail = probabilities.into_iter().take_while(|probability| {
        sum += probability;
        sum <= doubt
    });
    tail.count().checked_sub(1)
}
