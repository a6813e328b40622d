//! A session: a thread with a connection of its own, which does its work once for each
//! schedule.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use diesel::connection::TransactionManager;

use super::error::ExploreError;
use super::gate::{self, Aborted, Gate, Gated};
use crate::db::blocked::Explorable;

/// What a session does: its own diesel code, and what it has to say at its end.
pub(super) type Work<C> = Box<dyn FnMut(&mut C) -> Result<String, String> + Send>;

/// What makes connections.
pub(super) type Connect<C> = Arc<dyn Fn() -> Result<C, String> + Send + Sync>;

/// A session's connection, which is fit to be explored.
pub(super) struct Connected<C> {
    pub(super) connection: C,
    /// The database's number for it.
    pub(super) id: i64,
    /// Whether it is the victim when it closes a circle of sessions that wait for each other.
    pub(super) closes_own_circle: bool,
}

/// Makes a session's connection.
pub(super) fn connect<C: Explorable>(connect: &Connect<C>) -> Result<Connected<C>, ExploreError> {
    let mut connection = connect().map_err(ExploreError::Connect)?;
    let words = |error: diesel::result::Error| ExploreError::Connect(error.to_string());
    Ok(Connected {
        closes_own_circle: connection.ready().map_err(words)?,
        id: connection.session_id().map_err(words)?,
        connection,
    })
}

/// The life of a session's thread: does `work` for each schedule, until nobody asks any more.
pub(super) fn live<C: Explorable>(mut connection: C, work: &mut Work<C>, gate: Gate) {
    gate.build();
    connection.set_instrumentation(Gated);
    while gate::wait_for_start() {
        gate::close();
        let ending = catch_unwind(AssertUnwindSafe(|| work(&mut connection)));
        match ending {
            Ok(ending) => {
                let in_transaction = gate::open();
                let fit = leave_no_transaction(&mut connection, in_transaction);
                gate::end(ending, !fit);
                if !fit {
                    return;
                }
            }
            // The statement at the gate is never sent: nobody knows what state this leaves
            // the connection in, and it goes.
            Err(cause) if cause.is::<Aborted>() => return,
            Err(cause) => {
                gate::end(Err(format!("it panicked: {}", words(cause.as_ref()))), true);
                return;
            }
        }
    }
}

/// Rolls back what the work has left open, whose locks would last into the next schedule.
/// Gives whether the connection can be used again.
fn leave_no_transaction<C: Explorable>(connection: &mut C, in_transaction: bool) -> bool {
    loop {
        let status = C::TransactionManager::transaction_manager_status_mut(connection);
        match status.transaction_depth() {
            Err(_) => return false,
            Ok(None) => break,
            Ok(Some(_)) => {
                if C::TransactionManager::rollback_transaction(connection).is_err() {
                    return false;
                }
            }
        }
    }
    // Begun by hand, behind diesel's back; refused where there is none after all.
    if in_transaction {
        let _ = connection.batch_execute("ROLLBACK");
    }
    true
}

fn words(cause: &(dyn std::any::Any + Send)) -> &str {
    cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}
