//! A caller of the gateway.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Answer, Request};

/// How to reach the gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Access {
    /// The gateway's socket.
    pub socket: PathBuf,
    /// Whether each call carries a key: the invoice's number.
    pub idempotent: bool,
}

/// A connection to the gateway: one call at a time.
#[derive(Debug)]
pub struct GatewayClient {
    stream: BufReader<UnixStream>,
    server: u32,
    idempotent: bool,
}

impl Access {
    /// Connects for a buyer of that server.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn open(&self, server: u32) -> io::Result<GatewayClient> {
        Ok(GatewayClient {
            stream: BufReader::new(UnixStream::connect(&self.socket)?),
            server,
            idempotent: self.idempotent,
        })
    }
}

impl GatewayClient {
    /// Has an invoice billed, and waits for the answer: whether it had been billed before
    /// under the same key, so that nothing was done.
    ///
    /// # Errors
    /// The gateway has closed, or answers what makes no sense.
    pub fn bill(&mut self, invoice: i64) -> io::Result<bool> {
        let request = Request {
            server: self.server,
            invoice,
            idempotency_key: self.idempotent.then_some(invoice),
        };
        let mut text = serde_json::to_string(&request)?;
        text.push('\n');
        self.stream.get_mut().write_all(text.as_bytes())?;
        let mut answer = String::new();
        self.stream.read_line(&mut answer)?;
        let answer: Answer = serde_json::from_str(&answer)?;
        Ok(answer.known)
    }
}
