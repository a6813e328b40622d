//! How many of the sorted values an interval may leave out at each end: from the exact
//! distributions of three rank statistics where nothing differs.

/// Leaves out at either end, of so many sorted measurements, for an interval of their median.
/// How many of them lie below the median is a matter of tossing coins.
pub(super) fn signs(count: usize, confidence: f64) -> Option<usize> {
    let mut ways = vec![1.0];
    for _ in 0..count {
        ways.push(0.0);
        for heads in (1..ways.len()).rev() {
            ways[heads] += ways[heads - 1];
        }
        halve(&mut ways);
    }
    left_out(ways, confidence)
}

/// The same, of the means of all pairs of so many measurements, for Wilcoxon's statistic: the
/// sum of the ranks that lie above the centre, each of which does or does not.
pub(super) fn signed_rank(count: usize, confidence: f64) -> Option<usize> {
    let mut ways = vec![1.0];
    for rank in 1..=count {
        let before = ways.len();
        ways.resize(before + rank, 0.0);
        for sum in (rank..ways.len()).rev() {
            ways[sum] += ways[sum - rank];
        }
        halve(&mut ways);
    }
    left_out(ways, confidence)
}

/// The same, of all differences between two samples of so many measurements, for the statistic
/// of Mann and Whitney: the pairs in which the second is greater. Of the samples' greatest
/// value it is known from which it comes: `from` or `to` decides what is left.
pub(super) fn mann_whitney(from: usize, to: usize, confidence: f64) -> Option<usize> {
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
    left_out(row.pop()?, confidence)
}

/// The probability of each outcome, from that of the one before and one more toss.
fn halve(ways: &mut [f64]) {
    for way in ways {
        *way /= 2.0;
    }
}

/// How many outcomes at one end are together no more likely than half the doubt allowed;
/// `None` where already the last one is more likely. The interval then begins after them.
fn left_out(probabilities: Vec<f64>, confidence: f64) -> Option<usize> {
    let doubt = (1.0 - confidence) / 2.0;
    let mut sum = 0.0;
    let tail = probabilities.into_iter().take_while(|probability| {
        sum += probability;
        sum <= doubt
    });
    tail.count().checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The critical values that tables print for a test at 5 %, two-sided: the greatest value of
    // the statistic that still rejects is the number of values that the interval leaves out.

    #[test]
    fn signed_ranks_agree_with_the_printed_table() {
        // Hollander, Wolfe and Chicken, table A.4; the same in every textbook.
        for (count, critical) in [(6, 0), (7, 2), (8, 3), (9, 5), (10, 8), (15, 25), (20, 52)] {
            assert_eq!(signed_rank(count, 0.95), Some(critical), "{count} values");
        }
        assert_eq!(signed_rank(25, 0.95), Some(89));
        assert_eq!(signed_rank(30, 0.95), Some(137));
    }

    #[test]
    fn mann_and_whitney_agree_with_the_printed_table() {
        for (from, to, critical) in [(4, 4, 0), (5, 5, 2), (5, 8, 6), (6, 6, 5), (8, 8, 13)] {
            assert_eq!(mann_whitney(from, to, 0.95), Some(critical), "{from} {to}");
            assert_eq!(mann_whitney(to, from, 0.95), Some(critical), "{to} {from}");
        }
        assert_eq!(mann_whitney(10, 10, 0.95), Some(23));
        assert_eq!(mann_whitney(20, 20, 0.95), Some(127));
    }

    #[test]
    fn signs_agree_with_the_printed_table() {
        for (count, critical) in [(6, 0), (8, 0), (9, 1), (12, 2), (15, 3), (20, 5), (25, 7)] {
            assert_eq!(signs(count, 0.95), Some(critical), "{count} values");
        }
    }

    #[test]
    fn too_few_values_leave_no_interval() {
        assert_eq!(signs(5, 0.95), None);
        assert_eq!(signed_rank(5, 0.95), None);
        assert_eq!(mann_whitney(3, 3, 0.95), None);
        assert_eq!(mann_whitney(0, 9, 0.95), None);
        assert_eq!(signed_rank(0, 0.95), None);
    }
}
