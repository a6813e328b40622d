use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::*;

fn wait_for_a_queue_of(length: usize, queues: &Queues<i64, i64>) {
    while queues.length(1) < length {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Has `others` come while somebody leads, who then does `last`. Gives what each was told,
/// as far as they were; the first of them leads the others and doubles what they want.
fn come_while_one_leads(others: &[i64], last: impl FnOnce(Lead<'_, i64, i64>)) -> Vec<Option<i64>> {
    let queues = Queues::<i64, i64>::new(1);
    let Some(Turn::Leads(lead)) = queues.join(1, 0) else {
        panic!("nobody else is there");
    };
    thread::scope(|scope| {
        let mut served = Vec::new();
        for (index, wants) in others.iter().enumerate() {
            let queues = &queues;
            served.push(scope.spawn(move || match queues.join(1, *wants) {
                Some(Turn::Leads(lead)) => {
                    let wanted = lead.wanted();
                    lead.tell(wanted.iter().map(|wants| wants * 2));
                    Some(wanted[0] * 2)
                }
                Some(Turn::Served(word)) => word,
                None => panic!("there is a queue"),
            }));
            wait_for_a_queue_of(index + 1, queues);
        }
        last(lead);
        let served = served.into_iter().map(|one| one.join().unwrap_or(None));
        served.collect()
    })
}

#[test]
fn the_first_in_line_serves_all_who_have_come() {
    let told = come_while_one_leads(&[1, 2, 3], |lead| lead.tell([0]));
    assert_eq!(told, [Some(2), Some(4), Some(6)]);
}

#[test]
fn a_leader_that_panics_strands_nobody() {
    let told = come_while_one_leads(&[1, 2], |lead| {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _lead = lead;
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
    });
    assert_eq!(told, [Some(2), Some(4)]);
}

#[test]
fn who_is_not_told_anything_learns_just_that() {
    let queues = Queues::<i64, i64>::new(1);
    let Some(Turn::Leads(first)) = queues.join(1, 0) else {
        panic!("nobody else is there");
    };
    thread::scope(|scope| {
        let leads = scope.spawn(|| {
            // Leaves without a word.
            matches!(queues.join(1, 1), Some(Turn::Leads(_)))
        });
        wait_for_a_queue_of(1, &queues);
        let told = scope.spawn(|| match queues.join(1, 2) {
            Some(Turn::Served(word)) => word,
            _ => panic!("somebody leads"),
        });
        wait_for_a_queue_of(2, &queues);
        drop(first);
        assert_eq!(leads.join().ok(), Some(true));
        assert_eq!(told.join().ok(), Some(None));
    });
}
