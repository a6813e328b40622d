use super::Verdict;
use crate::model::strategy::Promise;

/// What a verdict is reached from.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Whether the audit found anything wrong.
    pub violated: bool,
    /// What was promised, if anything.
    pub promise: Option<Promise>,
    /// Whether the run was ended early from outside.
    pub interrupted: bool,
    /// Why the run ended early by itself.
    pub gone: Option<&'a str>,
    /// Whether at least one order was carried out.
    pub anything_done: bool,
    /// Whether a server was to be killed, and had done its work before its time came.
    pub not_killed: bool,
    /// What the server may have lost itself, if anything.
    pub lost: Option<&'a str>,
    /// Whether one was killed, by a plan that such a death can do harm to.
    pub risked: bool,
    /// Whether the naive control broke under the same load; `None` when there was none.
    pub control_broke: Option<bool>,
}

impl Evidence<'_> {
    /// The verdict, and why where it is inconclusive.
    pub(crate) fn verdict(&self) -> (Verdict, Option<String>) {
        if self.violated {
            return (Verdict::Unsafe, None);
        }
        let doubt = if let Some(words) = self.lost {
            Some(words.to_owned())
        } else if self.interrupted {
            Some("the run was interrupted".to_owned())
        } else if let Some(words) = self.gone {
            Some(format!("the run ended early: {words}"))
        } else if !self.anything_done {
            Some("not one order was carried out".to_owned())
        } else if self.not_killed {
            Some("the server that was to be killed had done its work before: kill it earlier, or give it more to do".to_owned())
        } else if self.risked {
            Some("the server died at a moment when that did no harm, which under this strategy is luck: try again".to_owned())
        } else if self.promise == Some(Promise::Unsafe) {
            Some("this strategy is known to be unsafe, and this load did not show it: use more threads, or a longer --hold".to_owned())
        } else if self.control_broke == Some(false) {
            Some("naive broke nothing under this load either, so it shows nothing: use more threads, or a longer --hold".to_owned())
        } else {
            None
        };
        match doubt {
            Some(doubt) => (Verdict::Inconclusive, Some(doubt)),
            None => (Verdict::Safe, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Evidence<'static> {
        Evidence {
            violated: false,
            promise: Some(Promise::Safe),
            interrupted: false,
            gone: None,
            anything_done: true,
            not_killed: false,
            lost: None,
            risked: false,
            control_broke: Some(true),
        }
    }

    #[test]
    fn safe_needs_a_load_under_which_the_control_breaks() {
        assert_eq!(sound().verdict().0, Verdict::Safe);
        let weak = Evidence {
            control_broke: Some(false),
            ..sound()
        };
        assert_eq!(weak.verdict().0, Verdict::Inconclusive);
    }

    #[test]
    fn a_violation_outweighs_every_doubt() {
        let evidence = Evidence {
            violated: true,
            interrupted: true,
            ..sound()
        };
        assert_eq!(evidence.verdict(), (Verdict::Unsafe, None));
    }

    #[test]
    fn whatever_cuts_a_run_short_leaves_it_inconclusive() {
        for evidence in [
            Evidence {
                interrupted: true,
                ..sound()
            },
            Evidence {
                lost: Some("4 missing sales may be the server's doing"),
                ..sound()
            },
            Evidence {
                gone: Some("refused"),
                ..sound()
            },
            Evidence {
                anything_done: false,
                ..sound()
            },
            Evidence {
                promise: Some(Promise::Unsafe),
                ..sound()
            },
            Evidence {
                not_killed: true,
                ..sound()
            },
            Evidence {
                risked: true,
                ..sound()
            },
        ] {
            let (verdict, reason) = evidence.verdict();
            assert_eq!(verdict, Verdict::Inconclusive);
            assert!(reason.is_some());
        }
    }
}
