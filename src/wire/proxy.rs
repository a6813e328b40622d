//! A port that leads to a server.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::connections::Connections;
use super::mysql;
use super::protocol::Protocol;
use super::relay::Relay;
use super::upstream::Upstream;
use super::{ConnectionId, Watcher};

/// Between two looks at whether connections are closed.
const PAUSE: Duration = Duration::from_micros(200);

/// A port on this machine that leads to a server. Dropping it closes the port and whatever has
/// come through it.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    upstream: Upstream,
    connections: Arc<Connections>,
    accepting: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Opens a port to the PostgreSQL server at `upstream`. Every session there begins with
    /// `settings`, and `watcher` is told of all that passes.
    ///
    /// # Errors
    /// The system gives no port, or no thread.
    pub fn open(
        upstream: Upstream,
        settings: Vec<(String, String)>,
        watcher: Arc<dyn Watcher>,
    ) -> io::Result<Self> {
        Self::speaking(Protocol::Postgres(settings), upstream, watcher)
    }

    /// The same to a server that speaks that protocol.
    ///
    /// # Errors
    /// The system gives no port, or no thread.
    pub fn speaking(
        protocol: Protocol,
        upstream: Upstream,
        watcher: Arc<dyn Watcher>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let connections = Arc::new(Connections::new(&protocol));
        let own = Arc::clone(&connections);
        let relay = AnyRelay::new(protocol, upstream.clone(), watcher, own);
        let accepting = thread::Builder::new()
            .name(format!("port {port}"))
            .spawn(move || accept(&listener, &relay))?;
        Ok(Self {
            port,
            upstream,
            connections,
            accepting: Some(accepting),
        })
    }

    /// The port, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The connections that come through it.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            upstream: self.upstream.clone(),
            connections: Arc::clone(&self.connections),
        }
    }
}

/// The connections that come through a proxy.
#[derive(Clone, Debug)]
pub struct Traffic {
    upstream: Upstream,
    connections: Arc<Connections>,
}

impl Traffic {
    /// Waits until every connection is closed on the server's side, too: nothing is held by them
    /// any more. Gives whether that was within `time`.
    pub fn wait_until_closed(&self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while self.connections.count() > 0 {
            if Instant::now() > deadline {
                return false;
            }
            thread::sleep(PAUSE);
        }
        true
    }

    /// Commits the transactions that an [`Insertion`](super::Insertion) has begun, or rolls them back.
    /// What does so arrives at the watcher as any statement.
    pub fn end_transactions(&self, commit: bool) {
        self.connections.end_transactions(commit);
    }

    /// Hangs up on every client, and has the server give up what it is doing for them.
    pub fn hang_up(&self) {
        if self.connections.count() > 0 {
            self.connections.hang_up(&self.upstream);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.connections.refuse_more();
        self.traffic().hang_up();
        // Whoever waits for a client is woken by one.
        let woken = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let (Ok(_), Some(accepting)) = (woken, self.accepting.take()) {
            let _ = accepting.join();
        }
    }
}

/// What serves the clients, by the protocol that they speak.
#[derive(Clone)]
enum AnyRelay {
    Postgres(Arc<Relay>),
    Mysql(Arc<mysql::Relay>),
}

impl AnyRelay {
    fn new(
        protocol: Protocol,
        upstream: Upstream,
        watcher: Arc<dyn Watcher>,
        connections: Arc<Connections>,
    ) -> Self {
        match protocol {
            Protocol::Postgres(settings) => Self::Postgres(Arc::new(Relay {
                upstream,
                settings,
                watcher,
                connections,
            })),
            Protocol::Mysql(_) => Self::Mysql(Arc::new(mysql::Relay {
                upstream,
                watcher,
                connections,
            })),
        }
    }

    fn admit(&self, client: &TcpStream) -> Option<ConnectionId> {
        match self {
            Self::Postgres(relay) => relay.admit(client),
            Self::Mysql(relay) => relay.admit(client),
        }
    }

    fn serve(self, id: ConnectionId, client: TcpStream) {
        match self {
            Self::Postgres(relay) => relay.serve(id, client),
            Self::Mysql(relay) => relay.serve(id, client),
        }
    }
}

fn accept(listener: &TcpListener, relay: &AnyRelay) {
    for client in listener.incoming() {
        let Ok(client) = client else { continue };
        let Some(id) = relay.admit(&client) else {
            return;
        };
        let relay = relay.clone();
        let thread = thread::Builder::new().name(format!("connection {id}"));
        // Without a thread the client is hung up on, which it will say.
        let _ = thread.spawn(move || relay.serve(id, client));
    }
}
