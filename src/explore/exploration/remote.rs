//! Sessions that are no code of this process's.

use super::Exploration;
use crate::db::blocked::Explorable;
use crate::explore::remote::RemoteSession;
use crate::explore::session::SessionBody;

impl<C: Explorable> Exploration<C> {
    /// Adds a session that is no code of this process's, and opens its connections itself.
    #[must_use]
    pub(crate) fn remote_session(mut self, remote: impl RemoteSession + 'static) -> Self {
        self.sessions.push(SessionBody::Remote(Box::new(remote)));
        self.by_shape = true;
        // What such a session sends between two steps is not known to keep all locks.
        self.sure = true;
        self
    }
}
