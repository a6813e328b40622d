//! Names at the ends of lines, where no two may stand on each other.

/// Moves heights apart until each is `gap` from the next, and all are between `top` and
/// `bottom` where there is room; each stays as near to where it belongs as its neighbours let
/// it. Heights come back in the order in which they were given.
pub(super) fn apart(wanted: &[i32], gap: i32, top: i32, bottom: i32) -> Vec<i32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|index| wanted[*index]);
    // Heights that touch form a block, which stands with its middle where theirs is.
    let mut blocks: Vec<Block> = Vec::new();
    for index in order {
        blocks.push(Block::of(index, wanted[index], gap, top, bottom));
        while let [.., above, below] = blocks.as_slice()
            && above.end(gap) > below.start
        {
            let merged = above.with(below, wanted, gap, top, bottom);
            blocks.truncate(blocks.len() - 2);
            blocks.push(merged);
        }
    }
    let mut placed = wanted.to_vec();
    for block in blocks {
        for (offset, index) in block.members.iter().enumerate() {
            placed[*index] = block.start + offset as i32 * gap;
        }
    }
    placed
}

struct Block {
    members: Vec<usize>,
    start: i32,
}

impl Block {
    fn of(index: usize, height: i32, gap: i32, top: i32, bottom: i32) -> Self {
        let mut block = Self {
            members: vec![index],
            start: height,
        };
        block.keep_inside(gap, top, bottom);
        block
    }

    /// Where the next one below may begin.
    fn end(&self, gap: i32) -> i32 {
        self.start + self.members.len() as i32 * gap
    }

    fn with(&self, below: &Self, wanted: &[i32], gap: i32, top: i32, bottom: i32) -> Self {
        let members = [&self.members[..], &below.members[..]].concat();
        let count = members.len() as i32;
        let sum: i32 = members.iter().map(|index| wanted[*index]).sum();
        let mut block = Self {
            start: sum / count - gap * (count - 1) / 2,
            members,
        };
        block.keep_inside(gap, top, bottom);
        block
    }

    fn keep_inside(&mut self, gap: i32, top: i32, bottom: i32) {
        let last = (self.members.len() as i32 - 1) * gap;
        self.start = self.start.min(bottom - last).max(top);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_enough_apart_stays_where_it_is() {
        assert_eq!(apart(&[50, 10, 90], 30, 0, 100), [50, 10, 90]);
    }

    #[test]
    fn what_stands_on_each_other_is_moved_apart_evenly_and_stays_inside() {
        assert_eq!(apart(&[50, 50], 30, 0, 100), [35, 65]);
        assert_eq!(apart(&[98, 99, 97], 30, 0, 100), [70, 100, 40]);
        let many = apart(&[5, 6, 7, 50, 51], 10, 0, 60);
        assert!(
            many.windows(2).all(|pair| pair[1] - pair[0] >= 10),
            "{many:?}"
        );
    }
}
