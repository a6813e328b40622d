//! The outside world: an API that sends bills, slowly, and that no rollback reaches.
//!
//! It is a service of its own on a Unix socket, and keeps its own record of every call it has
//! received. The record is made the moment a call comes in, before the answer: a caller that
//! dies while it waits has been billed all the same. It lives in the process that starts the
//! servers and outlives them all.

mod client;

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

pub use client::{Access, GatewayClient};

use crate::db::server::Folder;
use crate::system::clock::now_us;

/// A call that the gateway has received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// When, in microseconds of the system's clock.
    pub at_us: u64,
    /// The server that called, from 1 up; 0 where there is only one process.
    pub server: u32,
    /// The invoice.
    pub invoice: i64,
    /// Whether the customer was billed: not where the call carried a key that was known.
    pub billed: bool,
}

/// What a caller sends: one line of JSON.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Request {
    server: u32,
    invoice: i64,
    /// Calls with the same key are one call, however often they are made.
    idempotency_key: Option<i64>,
}

/// What it is answered: one line of JSON.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Answer {
    /// Whether the key was known, so that nothing was done.
    known: bool,
}

/// The gateway at work. Dropping it closes it.
#[derive(Debug)]
pub struct Gateway {
    record: Arc<Record>,
    socket: PathBuf,
    closed: Arc<AtomicBool>,
    _folder: Folder,
}

#[derive(Debug, Default)]
struct Record {
    calls: Mutex<Vec<Call>>,
    keys: Mutex<BTreeSet<i64>>,
    /// Servers that wait for an answer just now, one entry for each call.
    waiting: Mutex<Vec<u32>>,
}

impl Gateway {
    /// Opens a gateway that takes `latency` to answer.
    ///
    /// # Errors
    /// No socket could be made.
    pub fn open(latency: Duration) -> Result<Self> {
        let folder = Folder::private()?;
        let socket = folder.path().join("gateway");
        let listener = UnixListener::bind(&socket)
            .with_context(|| format!("cannot open the gateway at {}", socket.display()))?;
        let record = Arc::new(Record::default());
        let closed = Arc::new(AtomicBool::new(false));
        thread::spawn({
            let (record, closed) = (Arc::clone(&record), Arc::clone(&closed));
            move || {
                for caller in listener.incoming().map_while(Result::ok) {
                    if closed.load(Ordering::Relaxed) {
                        return;
                    }
                    let record = Arc::clone(&record);
                    // A caller that hangs up, or is killed, has ended its line and no more.
                    thread::spawn(move || record.serve(&caller, latency));
                }
            }
        });
        Ok(Self {
            record,
            socket,
            closed,
            _folder: folder,
        })
    }

    /// How to reach it, and whether callers are to send a key with each call.
    pub fn access(&self, idempotent: bool) -> Access {
        Access {
            socket: self.socket.clone(),
            idempotent,
        }
    }

    /// Whether that server waits for an answer just now.
    pub fn is_serving(&self, server: u32) -> bool {
        let waiting = self.record.waiting.lock();
        waiting
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&server)
    }

    /// How long ago that server last called, if it has.
    pub fn silence_of(&self, server: u32) -> Option<Duration> {
        let calls = self.record.calls.lock();
        let calls = calls.unwrap_or_else(PoisonError::into_inner);
        let last = calls.iter().rfind(|call| call.server == server)?;
        Some(Duration::from_micros(now_us().saturating_sub(last.at_us)))
    }

    /// Every call so far, in the order in which they came in.
    pub fn calls(&self) -> Vec<Call> {
        let calls = self.record.calls.lock();
        calls.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Record {
    fn serve(&self, caller: &UnixStream, latency: Duration) -> io::Result<()> {
        let mut answers = caller;
        for line in BufReader::new(caller).lines() {
            let request: Request = serde_json::from_str(&line?)?;
            let known = self.receive(&request);
            self.waiting().push(request.server);
            thread::sleep(latency);
            self.answered(request.server);
            let mut answer = serde_json::to_string(&Answer { known })?;
            answer.push('\n');
            answers.write_all(answer.as_bytes())?;
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u32>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answered(&self, server: u32) {
        let mut waiting = self.waiting();
        if let Some(place) = waiting.iter().position(|other| *other == server) {
            waiting.swap_remove(place);
        }
    }

    /// Records a call; gives whether its key was known.
    fn receive(&self, request: &Request) -> bool {
        let known = request.idempotency_key.is_some_and(|key| {
            let keys = self.keys.lock();
            !keys.unwrap_or_else(PoisonError::into_inner).insert(key)
        });
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(Call {
            at_us: now_us(),
            server: request.server,
            invoice: request.invoice,
            billed: !known,
        });
        known
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        // Wakes whoever waits for the next caller.
        let _ = UnixStream::connect(&self.socket);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_call_without_a_key_is_billed_each_time() {
        let gateway = Gateway::open(Duration::ZERO).unwrap();
        let mut line = gateway.access(false).open(1).unwrap();
        assert!(!line.bill(7).unwrap());
        assert!(!line.bill(7).unwrap());
        let calls = gateway.calls();
        assert_eq!(calls.len(), 2);
        assert!(calls.iter().all(|call| call.billed && call.invoice == 7));
    }

    #[test]
    fn a_second_call_with_the_same_key_is_recorded_and_not_billed() {
        let gateway = Gateway::open(Duration::ZERO).unwrap();
        let mut first = gateway.access(true).open(1).unwrap();
        let mut second = gateway.access(true).open(2).unwrap();
        assert!(!first.bill(7).unwrap());
        assert!(second.bill(7).unwrap());
        assert!(!second.bill(8).unwrap());
        let billed: Vec<bool> = gateway.calls().iter().map(|call| call.billed).collect();
        assert_eq!(billed, [true, false, true]);
    }

    #[test]
    fn a_caller_that_hangs_up_before_the_answer_has_been_billed() {
        let gateway = Gateway::open(Duration::from_millis(50)).unwrap();
        let access = gateway.access(false);
        let mut caller = UnixStream::connect(&access.socket).unwrap();
        caller
            .write_all(b"{\"server\":1,\"invoice\":3,\"idempotency_key\":null}\n")
            .unwrap();
        drop(caller);
        while gateway.calls().is_empty() {
            thread::yield_now();
        }
        assert!(gateway.calls()[0].billed);
    }
}
