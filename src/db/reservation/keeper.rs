//! The session that holds the reservation, kept awake and looked at.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use diesel::r2d2::R2D2Connection;

use super::{PATIENCE, Watch};
use crate::db::{AnyConnection, Database, advisory};

/// How often the session is kept awake. A server that ends idle sessions counts in seconds
/// (`idle_session_timeout`, `wait_timeout`), and so do the proxies in front of it.
pub(super) const INTERVAL: Duration = Duration::from_millis(250);

/// How long a server may take to come back.
const COMING_BACK: Duration = Duration::from_secs(5);

/// A thread that owns the session. Dropping it ends both.
pub(super) struct Keeper {
    /// `None` once it is to end.
    ask: Option<Sender<Request>>,
    lost: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

enum Request {
    Watch(Box<dyn Watch>),
    Look(Sender<Result<()>>),
}

/// Whose the lock is.
enum Owner {
    Us,
    Another,
}

/// What the thread has.
struct Guard {
    connect: Box<dyn Fn() -> Result<AnyConnection> + Send>,
    connection: AnyConnection,
    /// The server's number for the session.
    session: i64,
    watch: Option<Box<dyn Watch>>,
    lost: Arc<AtomicBool>,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keeper")
    }
}

impl Keeper {
    /// Takes the lock in a session of its own; `None` where another session has it.
    pub(super) fn try_take(database: &Database) -> Result<Option<Self>> {
        let mut connection = database.connect()?;
        connection.lift_time_limits()?;
        if !advisory::try_lock_database(&mut connection)? {
            return Ok(None);
        }
        let session = advisory::session(&mut connection)?;
        let lost = Arc::new(AtomicBool::new(false));
        let guard = Guard {
            connect: Box::new(database.connector()),
            connection,
            session,
            watch: None,
            lost: Arc::clone(&lost),
        };
        let (ask, asked) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("reservation".to_owned())
            .spawn(move || guard.serve(&asked))
            .context("cannot start a thread")?;
        Ok(Some(Self {
            ask: Some(ask),
            lost,
            thread: Some(thread),
        }))
    }

    pub(super) fn watch(&self, watch: Box<dyn Watch>) {
        if let Some(ask) = &self.ask {
            // Where the thread has ended, `look` says so.
            let _ = ask.send(Request::Watch(watch));
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Relaxed)
    }

    pub(super) fn look(&self) -> Result<()> {
        let (answer, wait) = mpsc::channel();
        let asked = self.ask.as_ref().map(|ask| ask.send(Request::Look(answer)));
        match asked {
            Some(Ok(())) => wait
                .recv_timeout(COMING_BACK * 2)
                .context("the session that holds lockbench's reservation does not respond")?,
            _ => bail!("the session that held lockbench's reservation is gone"),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.ask = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Guard {
    fn serve(mut self, asked: &Receiver<Request>) {
        loop {
            match asked.recv_timeout(INTERVAL) {
                Ok(Request::Watch(watch)) => self.watch = Some(watch),
                Ok(Request::Look(answer)) => {
                    let found = self.look();
                    let _ = answer.send(found);
                }
                Err(RecvTimeoutError::Timeout) => self.stay_awake(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Sends something, so that the server does not take the session for forgotten.
    fn stay_awake(&mut self) {
        if self.lost.load(Relaxed) {
            return;
        }
        let asked = match &mut self.watch {
            Some(watch) => watch.is_ours(&mut self.connection),
            None => self.connection.ping().map(|()| true),
        };
        match asked {
            Ok(true) => {}
            Ok(false) => self.give_up(),
            // Whatever keeps the answer away, `look` tells; a lost session comes back at once,
            // before another lockbench comes along.
            Err(_) if self.connection.ping().is_err() => {
                let _ = self.come_back();
            }
            Err(_) => {}
        }
    }

    fn look(&mut self) -> Result<()> {
        let deadline = Instant::now() + COMING_BACK;
        loop {
            if self.lost.load(Relaxed) {
                bail!("another lockbench has taken over these tables");
            }
            let holds = advisory::holder(&mut self.connection);
            if holds.is_ok_and(|holder| holder == Some(self.session)) {
                return Ok(());
            }
            match self.come_back() {
                Ok(Owner::Us | Owner::Another) => {}
                Err(error) if Instant::now() > deadline => {
                    return Err(error.context("lockbench could not reserve its tables again"));
                }
                Err(_) => thread::sleep(INTERVAL / 5),
            }
        }
    }

    /// Makes the session anew, and takes the lock where nobody else has it.
    fn come_back(&mut self) -> Result<Owner> {
        let before = self.session;
        let mut connection = (self.connect)()?;
        connection.lift_time_limits()?;
        let session = advisory::session(&mut connection)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            if advisory::try_lock_database(&mut connection)? {
                self.connection = connection;
                self.session = session;
                return Ok(Owner::Us);
            }
            // The session that was lost may not have noticed yet that its end has come.
            let is_our_own = advisory::holder(&mut connection)? == Some(before);
            if !is_our_own || Instant::now() > deadline {
                break;
            }
            thread::sleep(INTERVAL / 10);
        }
        // It may have been given back between the two questions.
        if advisory::try_lock_database(&mut connection)? {
            self.connection = connection;
            self.session = session;
            return Ok(Owner::Us);
        }
        self.connection = connection;
        self.give_up();
        Ok(Owner::Another)
    }

    fn give_up(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.protest(&mut self.connection);
        }
        self.lost.store(true, Relaxed);
    }
}
