//! What is done before a schedule, and looked at in it and after it.

use std::fmt::Display;

use super::Exploration;
use crate::db::blocked::Explorable;
use crate::explore::{Inspection, State, Step};

pub(super) type Reset<C> = Box<dyn FnMut(&mut C) -> Result<(), String>>;
pub(super) type Inspect<C, S> =
    Box<dyn FnMut(&mut C, &[Result<String, String>], &[Step]) -> Result<Inspection<S>, String>>;
pub(super) type Look<C, S> = Box<dyn FnMut(&mut C) -> Result<S, String>>;

impl<C: Explorable, S: State> Exploration<C, S> {
    /// Puts the state back before each schedule.
    #[must_use]
    pub fn reset<E: Display>(
        mut self,
        mut reset: impl FnMut(&mut C) -> Result<(), E> + 'static,
    ) -> Self {
        self.reset = Some(Box::new(move |connection| {
            reset(connection).map_err(|error| error.to_string())
        }));
        self
    }

    /// Looks at the final state of each schedule. `Ok` is what it has seen there: a [`Judgement`],
    /// which is a `bool`, or a `Result` whose error says in a sentence what is wrong. An error is
    /// that it could not look, and ends the exploration.
    #[must_use]
    pub fn invariant<J: Judgement, E: Display>(
        self,
        mut invariant: impl FnMut(&mut C) -> Result<J, E> + 'static,
    ) -> Self {
        self.inspect(move |connection, _| {
            invariant(connection).map(|judgement| Inspection {
                broken: judgement.wrong(),
                ..Inspection::default()
            })
        })
    }

    /// The same with more to say, and with a look at how each session ended.
    #[must_use]
    pub fn inspect<E: Display>(
        mut self,
        mut inspect: impl FnMut(&mut C, &[Result<String, String>]) -> Result<Inspection<S>, E> + 'static,
    ) -> Self {
        self.inspect = Some(Box::new(move |connection, endings, _| {
            inspect(connection, endings).map_err(|error| error.to_string())
        }));
        self
    }

    /// The same with a look at what happened.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn inspect_steps<E: Display>(
        mut self,
        mut inspect: impl FnMut(&mut C, &[Step]) -> Result<Inspection<S>, E> + 'static,
    ) -> Self {
        self.inspect = Some(Box::new(move |connection, _, steps| {
            inspect(connection, steps).map_err(|error| error.to_string())
        }));
        self
    }

    /// Tells the final state, so that distinct ones are told apart. An error ends the exploration.
    #[must_use]
    pub fn state<E: Display>(
        mut self,
        mut state: impl FnMut(&mut C) -> Result<S, E> + 'static,
    ) -> Self {
        self.state = Some(Box::new(move |connection| {
            state(connection).map_err(|error| error.to_string())
        }));
        self
    }

    /// Tells the state after each step of the witness, to stand beside it in a word or two; an
    /// error's first line stands there instead.
    #[must_use]
    pub fn watch<E: Display>(
        mut self,
        mut watch: impl FnMut(&mut C) -> Result<S, E> + 'static,
    ) -> Self {
        self.watch = Some(Box::new(move |connection| {
            watch(connection).map_err(|error| error.to_string())
        }));
        self
    }
}

/// What an invariant says of a final state that it could look at: `true`, or `Ok(())`, where it
/// holds; otherwise `false`, or an error that says in a sentence what is wrong.
pub trait Judgement {
    /// What is wrong, in a sentence; `None`: nothing is.
    fn wrong(self) -> Option<String>;
}

impl Judgement for bool {
    fn wrong(self) -> Option<String> {
        (!self).then(|| "the invariant does not hold".to_owned())
    }
}

impl<W: Display> Judgement for Result<(), W> {
    fn wrong(self) -> Option<String> {
        self.err().map(|wrong| wrong.to_string())
    }
}
