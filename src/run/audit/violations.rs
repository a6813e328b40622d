//! What can be wrong, each by its name and in its words, the gravest first.

use serde::Serialize;

use crate::model::figures::thousands;
use crate::model::scenario::Words;

/// Declares the violations once, with all that must hold for each of them. A new one takes its
/// place by gravity: what cannot be made good again comes first. After its name come what whoever
/// does it is said to do, and the words for one of them and for several: `{}` stands for their
/// number, `{exceeded}` for the story's own word.
macro_rules! violations {
    ($($(#[$documentation:meta])* $name:ident ($does:literal, $one:literal, $several:literal),)*) => {
        /// How often each promise was broken, the gravest first. All zero is what "safe" means.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
        pub struct Violations {
            $($(#[$documentation])* pub $name: u64,)*
        }

        /// Something for each violation: one that leaves a violation out does not compile.
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct ForEachViolation<T> {
            $($(#[$documentation])* pub $name: T,)*
        }

        impl<T> ForEachViolation<T> {
            /// Each with the violation's name, the gravest first.
            pub(crate) fn named(self) -> impl Iterator<Item = (&'static str, T)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }

        /// How to speak of each violation.
        const WORDINGS: ForEachViolation<Wording> = ForEachViolation {
            $($name: Wording { does: $does, one: $one, several: $several },)*
        };

        impl Violations {
            /// Nothing is wrong.
            pub const NONE: Self = Self { $($name: 0,)* };

            /// Each with its name, the gravest first.
            pub fn named(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }

            /// So many of the violation of that name; for tests.
            #[cfg(test)]
            pub(crate) fn only(name: &str, number: u64) -> Self {
                let mut only = Self::NONE;
                $(if name == stringify!($name) { only.$name = number; })*
                only
            }

            /// Adds those of another run.
            pub(crate) fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }

            /// The same without the violation of that name: what an audit that is blind to it
            /// would have found. For tests of whoever checks audits.
            #[must_use]
            pub fn blind_to(mut self, name: &str) -> Self {
                $(if name == stringify!($name) { self.$name = 0; })*
                self
            }
        }
    };
}

violations! {
    /// Units sold beyond what there were, counted item by item.
    oversold ("oversells", "{exceeded} by 1", "{exceeded} by {}"),
    /// Credits spent beyond what the account held.
    overspent ("overspends", "{exceeded} by 1", "{exceeded} by {}"),
    /// Bills sent beyond the first for the same invoice, counted from the outside.
    double_billed ("bills twice", "1 bill too many", "{} bills too many"),
    /// Invoices marked as sent for which no bill went out.
    marked_not_billed (
        "marks invoices that it has not billed",
        "1 marked as sent and never billed",
        "{} marked as sent and never billed"
    ),
    /// Orders whose buyer was told "done", and that the ledger does not have as ordered.
    missing_sales ("loses a sale", "1 missing sale", "{} missing sales"),
    /// Rows of the ledger whose buyer was turned away, or that no buyer knows of.
    phantom_sales ("records a sale that it refused", "1 phantom sale", "{} phantom sales"),
    /// Rows of the ledger beyond the first for the same order.
    duplicate_sales ("records a sale twice", "1 duplicate sale", "{} duplicate sales"),
    /// Units by which the stock disagrees with the ledger: an update of the stock that another
    /// one overwrote.
    lost_updates ("loses an update", "1 lost update", "{} lost updates"),
    /// Units below zero.
    negative_stock (
        "takes the stock below zero",
        "stock 1 below zero",
        "stock {} below zero"
    ),
    /// Sales of which no event tells.
    missing_events ("leaves out an event", "1 sale without an event", "{} sales without an event"),
    /// Events that tell of no sale, or again of the same.
    surplus_events ("publishes one event too many", "1 event too many", "{} events too many"),
    /// Buyers turned away as sold out while enough remained to the end.
    false_sold_out (
        "turns buyers away while there is stock",
        "1 turned away while stock remained",
        "{} turned away while stock remained"
    ),
}

/// How to speak of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wording {
    /// What whoever does it is said to do: "oversells".
    pub does: &'static str,
    /// One of them.
    pub one: &'static str,
    /// Several: `{}` stands for their number, and `{exceeded}`, here as in `one`, for the
    /// story's own word.
    pub several: &'static str,
}

impl Violations {
    /// Whether anything is wrong.
    pub fn any(&self) -> bool {
        self.named().any(|(_, count)| count > 0)
    }

    /// What there is to say of what is wrong, with its name and its number: the gravest first.
    pub fn worded(&self) -> impl Iterator<Item = (Wording, u64)> + use<> {
        let numbers = self.named().map(|(_, count)| count);
        let worded = WORDINGS.named().map(|(_, wording)| wording).zip(numbers);
        worded.filter(|(_, count)| *count > 0)
    }

    /// Each in the words of a story, the gravest first: "oversold by 83", "83 lost updates".
    pub fn in_words(&self, words: &Words) -> Vec<String> {
        self.worded()
            .map(|(wording, number)| match number {
                1 => wording.one.replace("{exceeded}", words.exceeded),
                _ => wording
                    .several
                    .replace("{exceeded}", words.exceeded)
                    .replace("{}", &thousands(number)),
            })
            .collect()
    }

    /// Takes out what can come of it that the server forgot its last commits: what was told to a
    /// buyer and is not there, and what was for sale again without anybody's knowing. Where an
    /// item and its ledger are not changed `together`, one of the two may be what is forgotten.
    pub fn take_lost_commits(&mut self, together: bool) -> Self {
        let mut taken = Self {
            missing_sales: std::mem::take(&mut self.missing_sales),
            false_sold_out: std::mem::take(&mut self.false_sold_out),
            double_billed: std::mem::take(&mut self.double_billed),
            ..Self::default()
        };
        if !together {
            taken.lost_updates = std::mem::take(&mut self.lost_updates);
            taken.missing_events = std::mem::take(&mut self.missing_events);
        }
        taken
    }

    /// Whether the tables are right, and only the world outside is not.
    pub fn only_outside(&self) -> bool {
        let outside = Self {
            double_billed: self.double_billed,
            marked_not_billed: self.marked_not_billed,
            ..Self::default()
        };
        self.any() && *self == outside
    }
}

/// What to say of the gravest violation that `count` has a number for, by its name: what whoever
/// does it is said to do, and the number.
pub(crate) fn gravest(count: impl Fn(&str) -> u64) -> Option<(&'static str, u64)> {
    let counted = WORDINGS
        .named()
        .map(|(name, wording)| (wording.does, count(name)));
    counted.into_iter().find(|(_, count)| *count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scenario::Scenario;

    /// Two of each violation.
    fn all() -> Violations {
        let mut all = Violations::NONE;
        for name in Violations::NONE.named().map(|(name, _)| name) {
            all.add(&Violations::only(name, 2));
        }
        all
    }

    #[test]
    fn the_gravest_wrong_leads_and_being_turned_away_comes_last() {
        let words = Scenario::Inventory.words();
        let said = all().in_words(&words);
        assert_eq!(said.len(), Violations::NONE.named().count());
        assert_eq!(said[0], "oversold by 2");
        assert_eq!(said[said.len() - 1], "2 turned away while stock remained");
        assert!(said.iter().all(|one| !one.contains(['{', '}'])), "{said:?}");
        let place = |words: &str| said.iter().position(|one| one.contains(words));
        let grave = [
            "oversold",
            "bills too many",
            "missing",
            "lost update",
            "turned away",
        ];
        let places: Vec<_> = grave.map(place).to_vec();
        assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
    }

    #[test]
    fn what_is_said_first_of_several_schedules_is_the_gravest_that_any_of_them_shows() {
        let found = |names: &[&str]| {
            let names = names.to_vec();
            gravest(|name| u64::from(names.contains(&name)) * 7)
        };
        assert_eq!(
            found(&["false_sold_out", "missing_sales"]),
            Some(("loses a sale", 7))
        );
        assert_eq!(
            found(&["false_sold_out", "lost_updates"]),
            Some(("loses an update", 7))
        );
        assert_eq!(found(&[]), None);
    }
}
