//! A connection, from its first message to its last.

use std::io::{self, BufReader, ErrorKind, Read as _, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;

use super::batch::{Batch, End, Gathering};
use super::connections::Connections;
use super::first::{First, StartUp};
use super::frame::{Frame, read_first};
use super::link::{Link, Own, Until};
use super::transaction::{TransactionEnd, insert};
use super::upstream::{Stream, Upstream};
use super::{ConnectionId, Watcher};

/// A goodbye: the server rolls back and closes.
const TERMINATE: &[u8] = b"X\0\0\0\x04";

/// What the connections of a proxy have in common.
pub(super) struct Relay {
    pub(super) upstream: Upstream,
    pub(super) settings: Vec<(String, String)>,
    pub(super) watcher: Arc<dyn Watcher>,
    pub(super) connections: Arc<Connections>,
}

impl Relay {
    /// Lets a client in; `None` once the proxy is being closed.
    pub(super) fn admit(&self, client: &TcpStream) -> Option<ConnectionId> {
        let _ = client.set_nodelay(true);
        self.connections.add(Stream::Port(client.try_clone().ok()?))
    }

    /// Serves a client until both sides are closed.
    pub(super) fn serve(self: Arc<Self>, id: ConnectionId, client: TcpStream) {
        // A client or a server that is gone ends the connection, and says so itself.
        let _ = self.connect_and_serve(id, client);
        self.connections.remove(id);
    }

    fn connect_and_serve(
        self: &Arc<Self>,
        id: ConnectionId,
        mut client: TcpStream,
    ) -> io::Result<()> {
        let Some(mut start) = self.first(&mut client)? else {
            return Ok(());
        };
        let mut server = self.upstream.connect()?;
        start.set(&self.settings);
        server.write_all(&start.bytes())?;
        let link = Arc::new(Link::default());
        let answers = {
            let (relay, link) = (Arc::clone(self), Arc::clone(&link));
            let (from, to) = (server.try_clone()?, client.try_clone()?);
            thread::Builder::new()
                .name(format!("answers {id}"))
                .spawn(move || {
                    let _ = relay.hand_on_answers(id, &start, from, &to, &link);
                    let _ = to.shutdown(Shutdown::Both);
                    // Whoever waits for an answer waits in vain.
                    link.set(Until::Nothing);
                })?
        };
        let end = match self.watcher.editing() {
            None => None,
            Some(_) => {
                let (watcher, link) = (Arc::clone(&self.watcher), Arc::clone(&link));
                let end = TransactionEnd::new(watcher, id, server.try_clone()?, link);
                let end = Arc::new(end);
                self.connections.has_end(id, Arc::clone(&end));
                Some(end)
            }
        };
        let _ = self.hand_on_requests(id, client, &mut server, &link);
        if let Some(end) = end {
            end.wait();
        }
        let _ = server.write_all(TERMINATE);
        server.shut(Shutdown::Write);
        // The server closes its side once it has given back whatever the session held.
        let _ = answers.join();
        self.watcher.closed(id);
        Ok(())
    }

    /// Answers a client until it begins a session. `None` where it does not.
    fn first(&self, client: &mut TcpStream) -> io::Result<Option<StartUp>> {
        let mut refused_encryption = false;
        loop {
            let bytes = match read_first(client) {
                Ok(Some(bytes)) => bytes,
                other => {
                    if refused_encryption {
                        self.watcher.wants_encryption();
                    }
                    return other.map(|_| None);
                }
            };
            match First::of(&bytes) {
                Some(First::Encryption) => {
                    refused_encryption = true;
                    client.write_all(b"N")?;
                }
                Some(First::StartUp(start)) => return Ok(Some(start)),
                Some(First::Cancel) => {
                    let mut server = self.upstream.connect()?;
                    server.write_all(&bytes)?;
                    // The server closes once it has taken note, and the client waits for that.
                    let _ = server.read(&mut [0; 1]);
                    return Ok(None);
                }
                None => return Err(ErrorKind::InvalidData.into()),
            }
        }
    }

    fn hand_on_requests(
        &self,
        id: ConnectionId,
        client: TcpStream,
        server: &mut Stream,
        link: &Link,
    ) -> io::Result<()> {
        let mut client = BufReader::new(client);
        let mut gathering = Gathering::default();
        let editing = self.watcher.editing();
        let mut is_open = false;
        while let Some(frame) = Frame::read(&mut client)? {
            let frame = match editing {
                Some(editing) => frame.edited(|sql| editing.edits(sql)),
                None => frame,
            };
            match frame.kind() {
                // Data of a COPY, and a password.
                b'd' | b'c' | b'f' | b'p' => {
                    server.write_all(&gathering.rest())?;
                    server.write_all(&frame.bytes)?;
                }
                b'X' => break,
                _ => {
                    let Some((batch, bytes)) = gathering.add(&frame) else {
                        continue;
                    };
                    let expected = expected(&batch);
                    // What ends a COPY is awaited by the server, which ignores the Sync before.
                    let mut before = Vec::new();
                    if !batch.is_bare() {
                        link.wait();
                        // After a Flush it would end what a Sync is to end.
                        if let Some(editing) = editing.filter(|_| !is_open) {
                            before = editing.goes_before(id, &batch);
                        }
                    }
                    is_open = batch.end == End::Flush;
                    let (first, quiet): (Vec<_>, Vec<_>) =
                        before.into_iter().partition(|it| it.arrives);
                    for insertion in &first {
                        if !insert(&*self.watcher, id, insertion, server, link)? {
                            return Ok(());
                        }
                    }
                    if !self.watcher.arrives(id, &batch) {
                        return Ok(());
                    }
                    for insertion in &quiet {
                        insert(&*self.watcher, id, insertion, server, link)?;
                    }
                    if !batch.is_bare() || batch.end == End::Sync {
                        link.set(expected);
                    }
                    server.write_all(&bytes)?;
                }
            }
        }
        Ok(())
    }

    fn hand_on_answers(
        &self,
        id: ConnectionId,
        start: &StartUp,
        server: Stream,
        mut client: &TcpStream,
        link: &Link,
    ) -> io::Result<()> {
        let mut server = BufReader::new(server);
        let mut process = None;
        let mut out = Vec::new();
        while let Some(frame) = Frame::read(&mut server)? {
            match (frame.kind(), process) {
                (b'K', None) => {
                    self.connections.has_key(id, frame.body());
                    let number = frame.body().first_chunk().map(|it| i32::from_be_bytes(*it));
                    process = Some(number.unwrap_or_default());
                    link.set(Until::Ready);
                }
                (b'Z', Some(number)) if number != 0 => {
                    self.watcher.connected(id, number, start.parameters());
                    process = Some(0);
                    link.set(Until::Nothing);
                }
                (_, Some(_)) => {
                    let own = link.own();
                    if let Some(answer) = link.hear(&frame) {
                        if own != Own::Quiet {
                            self.watcher.answered(id, &answer);
                        }
                        link.set(Until::Nothing);
                    }
                    if own != Own::No {
                        continue;
                    }
                }
                (_, None) => {}
            }
            out.extend(&frame.bytes);
            // A whole answer goes out in one piece.
            if server.buffer().is_empty() || out.len() > 1 << 16 {
                client.write_all(&out)?;
                out.clear();
            }
        }
        client.write_all(&out)
    }
}

fn expected(batch: &Batch) -> Until {
    match batch.end {
        End::Query | End::Sync => Until::Ready,
        End::Flush if batch.executed.is_empty() => Until::Nothing,
        End::Flush => Until::Over(batch.executed.len()),
    }
}
