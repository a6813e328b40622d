//! The port of a program: the way to the database, which can be closed behind it.

use std::time::Duration;

use super::interceptor::Interceptor;
use super::program::Ending;
use crate::wire::{Proxy, Traffic};

/// How long the server may take to close the connections of a program that has ended.
pub(super) const CLOSING: Duration = Duration::from_secs(30);

/// The port of a program. Dropping it closes it, and whatever has come through it.
pub(super) struct Port {
    _proxy: Proxy,
    pub(super) traffic: Traffic,
}

impl Port {
    pub(super) fn new(proxy: Proxy) -> Self {
        Self {
            traffic: proxy.traffic(),
            _proxy: proxy,
        }
    }

    /// Hangs up on the program `shown`, whose sessions these are, and waits until the server has
    /// closed every connection.
    ///
    /// # Errors
    /// It does not, in a sentence.
    pub(super) fn close_connections<'a>(
        &self,
        sessions: impl IntoIterator<Item = &'a Interceptor>,
        shown: &str,
    ) -> Result<(), String> {
        sessions.into_iter().for_each(Interceptor::disconnect);
        self.traffic.hang_up();
        match self.traffic.wait_until_closed(CLOSING) {
            true => Ok(()),
            false => Err(format!(
                "the server has not closed the connections of `{shown}` after {} s",
                CLOSING.as_secs()
            )),
        }
    }
}

/// Ends the transactions that a session's program knows nothing of, now that its work has come to that
/// end: what is refused then has failed.
pub(super) fn end_transactions(
    traffic: &Traffic,
    interceptor: &Interceptor,
    ending: Ending,
) -> Ending {
    let before = interceptor.seen().refusals.len();
    traffic.end_transactions(ending.succeeded);
    match interceptor.seen().refusals.get(before) {
        Some(code) if ending.succeeded => Ending::unknown(&format!("COMMIT was refused: {code}")),
        _ => ending,
    }
}
