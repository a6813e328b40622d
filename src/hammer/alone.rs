//! A value on a cache line of its own.

use std::ops::Deref;

/// A value on a cache line of its own, or on a pair of them, since processors fetch pairs: who
/// writes to it does not slow down those who read what lies beside it.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Alone<T>(pub(super) T);

impl<T> Deref for Alone<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
