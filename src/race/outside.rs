//! The outside that programs call: an HTTP API that takes everything, holds each call until it is
//! its turn, and keeps it in the database that is raced.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use serde_json::json;
use tiny_http::{Header, Request, Response, Server};

use super::caller::Caller;
use super::interceptor::{Interceptor, Passage};
use crate::db::disposable::{Call, Calls, Kept};
use crate::explore::StatementOutcome;

/// The header by which an API knows that it has done that already.
const KEY: &str = "Idempotency-Key";

/// The outside that programs call. Dropping it closes its port.
pub struct Outside {
    address: String,
    server: Arc<Server>,
    receivers: Arc<CallReceivers>,
    accepting: Option<JoinHandle<()>>,
}

/// Who takes whose calls.
type CallReceivers = Mutex<BTreeMap<Caller, CallReceiver>>;

/// Tells by a call's headers whose it is.
type Whose = Arc<dyn Fn(&[String]) -> Arc<Interceptor> + Send + Sync>;

/// Who takes the calls of a program.
#[derive(Clone)]
pub(super) struct CallReceiver {
    pub(super) whose: Whose,
    pub(super) calls: Arc<Calls>,
}

/// A port that cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("port {port} cannot be had for --outside ({reason}): name another one, or 0 for any")]
pub struct NoPort {
    port: u16,
    reason: String,
}

impl Outside {
    /// Opens it at that port of 127.0.0.1; 0 is any that is free.
    ///
    /// # Errors
    /// The port is taken, or not for us.
    pub fn open(port: u16) -> Result<Self, NoPort> {
        let refused = |reason: String| NoPort { port, reason };
        let server = Server::http((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| refused(error.to_string()))?;
        let address = format!("http://{}", server.server_addr());
        let (server, receivers) = (Arc::new(server), Arc::<CallReceivers>::default());
        let (taken, known) = (Arc::clone(&server), Arc::clone(&receivers));
        let accepting = thread::Builder::new()
            .name("outside".to_owned())
            .spawn(move || accept(&taken, &known))
            .map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            address,
            server,
            receivers,
            accepting: Some(accepting),
        })
    }

    /// Its address, below which each program has one of its own.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Has the calls of `caller` taken by `receiver`.
    pub(super) fn take_by(&self, caller: Caller, receiver: CallReceiver) {
        let mut receivers = self
            .receivers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        receivers.insert(caller, receiver);
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn accept(server: &Server, receivers: &Arc<CallReceivers>) {
    for request in server.incoming_requests() {
        let receivers = Arc::clone(receivers);
        // Without a thread it is answered with an error, which the program will say.
        let thread = thread::Builder::new().name("call".to_owned());
        let _ = thread.spawn(move || serve(request, &receivers));
    }
}

fn serve(mut request: Request, receivers: &CallReceivers) {
    let (status, said) = match taken(&mut request, receivers) {
        Ok(()) => (200, json!({ "ok": true })),
        Err((status, words)) => (status, json!({ "error": words })),
    };
    let kind = Header::from_bytes("Content-Type", "application/json");
    let mut response = Response::from_string(said.to_string()).with_status_code(status);
    if let Ok(kind) = kind {
        response.add_header(kind);
    }
    // Whoever is gone has no use for the answer.
    let _ = request.respond(response);
}

/// Takes a call; gives the status and the words where it is refused.
fn taken(request: &mut Request, receivers: &CallReceivers) -> Result<(), (u16, String)> {
    let Some((caller, path)) = Caller::of(request.url()) else {
        let words = "lockbench does not know whose call this is: begin the address with all that \
                     OUTSIDE_URL holds";
        return Err((404, words.to_owned()));
    };
    if caller == Caller::SetUp {
        return Ok(());
    }
    let receiver = {
        let receivers = receivers.lock().unwrap_or_else(PoisonError::into_inner);
        receivers.get(&caller).cloned()
    };
    let receiver = receiver.ok_or_else(|| (404, "there is no such session".to_owned()))?;
    let mut body = Vec::new();
    let read = request.as_reader().read_to_end(&mut body);
    read.map_err(|error| (400, format!("the body did not come: {error}")))?;
    let key = request.headers().iter().find(|it| it.field.equiv(KEY));
    let call = Call {
        method: request.method().to_string(),
        path,
        body: (!body.is_empty()).then(|| String::from_utf8_lossy(&body).into_owned()),
        idempotency_key: key.map(|it| it.value.to_string()),
    };
    let headers = request.headers().iter();
    let headers: Vec<String> = headers.map(|it| it.value.to_string()).collect();
    receiver.take(&call, &headers)
}

impl CallReceiver {
    /// Holds a call until it is its turn, and keeps it.
    fn take(&self, call: &Call, headers: &[String]) -> Result<(), (u16, String)> {
        let label = format!("{} {}", call.method, call.path);
        let interceptor = (self.whose)(headers);
        let number = match interceptor.call_arrives(label) {
            Passage::Counts(number) => number,
            Passage::Passes => return Ok(()),
            Passage::TooLate => return Err((503, "the session is over".to_owned())),
        };
        let kept = self.calls.keep(call);
        let (seen, refused) = match &kept {
            Ok(Kept::New) => ("200", None),
            Ok(Kept::Known) => ("200, its key is known: nothing done", None),
            Err(error) => {
                let words = format!("lockbench could not keep this call: {error:#}");
                ("", Some(("500".to_owned(), words)))
            }
        };
        let words = refused.as_ref().map(|(_, words)| words.clone());
        interceptor.call_answered(
            number,
            StatementOutcome {
                seen: seen.to_owned(),
                refused,
            },
        );
        words.map_or(Ok(()), |words| Err((500, words)))
    }
}
