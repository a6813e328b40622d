//! Statements that no client has sent, and the end of a transaction that one of them has begun.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::batch::Batch;
use super::frame::Frame;
use super::link::{Link, Own};
use super::upstream::Stream;
use super::{ConnectionId, Insertion, Watcher};

/// Between two looks at whether a transaction has been ended.
const PAUSE: Duration = Duration::from_millis(1);

/// Has the server do what no client has sent. Gives whether the connection goes on.
pub(super) fn insert(
    watcher: &dyn Watcher,
    id: ConnectionId,
    insertion: &Insertion,
    server: &mut Stream,
    link: &Link,
) -> io::Result<bool> {
    if insertion.arrives && !watcher.arrives(id, &Batch::query(&insertion.sql)) {
        return Ok(false);
    }
    link.set_own(match insertion.arrives {
        true => Own::Told,
        false => Own::Quiet,
    });
    server.write_all(&Frame::query(&insertion.sql).bytes)?;
    link.wait();
    Ok(true)
}

/// The end of a transaction that no client has begun, on one connection.
pub(super) struct TransactionEnd {
    watcher: Arc<dyn Watcher>,
    id: ConnectionId,
    server: Mutex<Stream>,
    link: Arc<Link>,
    /// Whether nobody is to wait for it any more.
    is_given_up: AtomicBool,
}

impl TransactionEnd {
    pub(super) fn new(
        watcher: Arc<dyn Watcher>,
        id: ConnectionId,
        server: Stream,
        link: Arc<Link>,
    ) -> Self {
        Self {
            watcher,
            id,
            server: Mutex::new(server),
            link,
            is_given_up: AtomicBool::new(false),
        }
    }

    fn is_owed(&self) -> bool {
        let editing = self.watcher.editing();
        editing.is_some_and(|editing| editing.owes_end(self.id))
    }

    /// Ends it, where there is one.
    pub(super) fn end(&self, commit: bool) {
        if !self.is_owed() {
            return;
        }
        let insertion = Insertion {
            sql: if commit { "COMMIT" } else { "ROLLBACK" }.to_owned(),
            arrives: true,
        };
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        // A server that is gone has ended it.
        let _ = insert(&*self.watcher, self.id, &insertion, &mut server, &self.link);
    }

    /// Waits, after the client has gone, until it has been ended or given up.
    pub(super) fn wait(&self) {
        while self.is_owed() && !self.is_given_up.load(Relaxed) {
            thread::sleep(PAUSE);
        }
    }

    /// Has nobody wait for it.
    pub(super) fn give_up(&self) {
        self.is_given_up.store(true, Relaxed);
    }
}
