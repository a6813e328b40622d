//! A session: a thread with a connection of its own, which does its work once for each
//! schedule.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::connection::TransactionManager;

use super::interceptor::{self, Aborted, InterceptQueries, Interceptor};
use super::messages::{ConnectionInfo, Status};
use super::panic;
use crate::db::blocked::Explorable;

/// How long a server may take to notice that a connection was closed, before it has no room for
/// another.
const FULL: Duration = Duration::from_secs(5);

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(5);

/// What a session does: its own diesel code, and what it has to say at its end.
pub(super) type Work<C> = Box<dyn FnMut(&mut C) -> Result<String, String> + Send>;

/// What makes a session's part.
pub(super) enum SessionBody<C> {
    /// Code in this process, on a connection that it is given.
    Code(Work<C>),
    /// Whatever opens its connections itself.
    #[cfg(feature = "cli")]
    Remote(Box<dyn super::remote::RemoteSession>),
}

/// What makes connections.
pub(super) type Connect<C> = Arc<dyn Fn() -> Result<C, String> + Send + Sync>;

/// Makes a session's connection, fit to be explored, and says what is to be known of it.
pub(super) fn connect<C: Explorable>(connect: &Connect<C>) -> Result<(C, ConnectionInfo), String> {
    let mut connection = connect()?;
    let connection_info = introduce(&mut connection).map_err(|error| error.to_string())?;
    Ok((connection, connection_info))
}

fn introduce<C: Explorable>(connection: &mut C) -> QueryResult<ConnectionInfo> {
    Ok(ConnectionInfo {
        is_victim_when_closing_cycle: connection.ready()?,
        id: connection.session_id()?,
        waits_at_most: connection.waits_at_most()?,
    })
}

/// How sessions get their connections, and whether they keep them.
pub(super) struct ConnectionPolicy<C> {
    pub(super) connect: Connect<C>,
    /// Whether a session that has left no traces keeps its connection.
    pub(super) keeps: bool,
}

/// The life of a session's thread: does `work` for each schedule, on a connection on which no
/// schedule before has left anything, until nobody asks any more.
pub(super) fn live<C: Explorable>(
    mut connection: C,
    policy: &ConnectionPolicy<C>,
    mut work: Work<C>,
    interceptor: Interceptor,
) {
    interceptor.install();
    panic::report_in_endings();
    connection.set_instrumentation(InterceptQueries);
    while interceptor::wait_for_start() {
        interceptor::activate();
        let ending = catch_unwind(AssertUnwindSafe(|| work(&mut connection)));
        let left = interceptor::deactivate();
        let ending = match ending {
            Ok(ending) => Some(ending),
            // The statement that it was stopped before was never sent; nobody asks how the session ended.
            Err(cause) if cause.is::<Aborted>() => None,
            Err(_) => Some(Err(panic::last_words())),
        };
        if let Some(ending) = ending {
            let asked = left.in_transaction || !policy.keeps;
            let rolled_back = asked.then(|| roll_back(&mut connection, left.in_transaction));
            let left_open = matches!(rolled_back, Some(Ok(true)));
            let stays = policy.keeps && !left.traces && !matches!(rolled_back, Some(Err(_)));
            interceptor::tell(Status::Ended {
                ending: match left_open {
                    true => Err(unfinished(ending)),
                    false => ending,
                },
                left_open,
                stays,
            });
            if stays {
                continue;
            }
            if !interceptor::wait_for_the_end() {
                return;
            }
        }
        let sure = roll_back(&mut connection, true).is_ok() && connection.release().is_ok();
        drop(connection);
        interceptor::tell(Status::Released { sure });
        match connect_again(&policy.connect) {
            Ok((new, connection_info)) => {
                connection = new;
                connection.set_instrumentation(InterceptQueries);
                interceptor::tell(Status::Ready(Ok(connection_info)));
            }
            Err(words) => return interceptor::tell(Status::Ready(Err(words))),
        }
    }
}

/// The server may be full until it has noticed that the connection before is closed.
fn connect_again<C: Explorable>(connecting: &Connect<C>) -> Result<(C, ConnectionInfo), String> {
    let deadline = Instant::now() + FULL;
    loop {
        match connect(connecting) {
            Err(_) if Instant::now() < deadline => thread::sleep(PAUSE),
            done => return done,
        }
    }
}

/// How a session ended that has forgotten to COMMIT.
fn unfinished(ending: Result<String, String>) -> String {
    let left = "it left its transaction open, and it was rolled back";
    match ending {
        Ok(said) => format!("{left}; it said '{said}'"),
        Err(error) => format!("{error}; {left}"),
    }
}

/// Rolls back what the work has left open. Gives whether there was anything.
fn roll_back<C: Explorable>(connection: &mut C, believed_open: bool) -> QueryResult<bool> {
    let mut open = false;
    loop {
        let status = C::TransactionManager::transaction_manager_status_mut(connection);
        match status.transaction_depth()? {
            None => break,
            Some(_) => {
                open = true;
                C::TransactionManager::rollback_transaction(connection)?;
            }
        }
    }
    // Begun by hand, behind diesel's back.
    Ok(connection.roll_back(believed_open)? || open)
}
