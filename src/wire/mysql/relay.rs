//! A connection, from its first packet to its last.

use std::io::{self, BufReader, ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;

use super::super::connections::Connections;
use super::super::upstream::{Stream, Upstream};
use super::super::{ConnectionId, Watcher};
use super::command::Command;
use super::greeting::{Greeting, Reply};
use super::link::{Heard, Link};
use super::packet::Packet;
use super::response::Expected;

/// Has the server roll back, and give back whatever the session holds.
const RESET: &[u8] = b"\x01\0\0\0\x1f";

/// A goodbye.
const QUIT: &[u8] = b"\x01\0\0\0\x01";

/// What the connections of a proxy have in common.
pub(in super::super) struct Relay {
    pub(in super::super) upstream: Upstream,
    pub(in super::super) watcher: Arc<dyn Watcher>,
    pub(in super::super) connections: Arc<Connections>,
}

/// A session that has begun.
struct Begun {
    client: BufReader<TcpStream>,
    server: BufReader<Stream>,
    /// The server's number for it.
    session: u32,
}

impl Relay {
    /// Lets a client in; `None` once the proxy is being closed.
    pub(in super::super) fn admit(&self, client: &TcpStream) -> Option<ConnectionId> {
        let _ = client.set_nodelay(true);
        self.connections.add(Stream::Port(client.try_clone().ok()?))
    }

    /// Serves a client until both sides are closed.
    pub(in super::super) fn serve(self: Arc<Self>, id: ConnectionId, client: TcpStream) {
        // A client or a server that is gone ends the connection, and says so itself.
        let _ = self.connect_and_serve(id, client);
        self.connections.remove(id);
    }

    fn connect_and_serve(self: &Arc<Self>, id: ConnectionId, client: TcpStream) -> io::Result<()> {
        let Some(begun) = self.begin(id, client)? else {
            return Ok(());
        };
        let link = Arc::new(Link::default());
        let Begun {
            client,
            server,
            session,
        } = begun;
        let mut to_server = server.get_ref().try_clone()?;
        let answers = {
            let (relay, link) = (Arc::clone(self), Arc::clone(&link));
            let to = client.get_ref().try_clone()?;
            thread::Builder::new()
                .name(format!("answers {id}"))
                .spawn(move || {
                    let _ = relay.hand_on_answers(id, server, &to, &link);
                    let _ = to.shutdown(Shutdown::Both);
                    // Whoever waits for an answer waits in vain.
                    link.close();
                })?
        };
        let _ = self.hand_on_requests(id, client, &mut to_server, &link);
        self.say_goodbye(session, &mut to_server, &link);
        let _ = answers.join();
        self.watcher.closed(id);
        Ok(())
    }

    /// A server closes the connection before it rolls back: it is asked for that first. One that
    /// is at work is ended.
    fn say_goodbye(&self, session: u32, server: &mut Stream, link: &Link) {
        if link.is_busy() {
            self.connections.end_session(session);
        } else {
            link.expect(Expected::one(), false);
            match server.write_all(RESET) {
                Ok(()) => link.wait(),
                Err(_) => link.done(),
            }
        }
        let _ = server.write_all(QUIT);
        server.shut(Shutdown::Write);
    }

    /// Lets a client log in. `None` where it is not let in.
    fn begin(&self, id: ConnectionId, client: TcpStream) -> io::Result<Option<Begun>> {
        let stream = self.upstream.connect()?;
        let mut to_server = stream.try_clone()?;
        let mut to_client = client.try_clone()?;
        let mut server = BufReader::new(stream);
        let mut client = BufReader::new(client);
        let Some(packet) = Packet::read(&mut server)? else {
            return Ok(None);
        };
        let Some(greeting) = Greeting::of(&packet.body) else {
            // An error, in the server's own words.
            to_client.write_all(&packet.bytes)?;
            return Ok(None);
        };
        let session = greeting.session;
        self.connections.has_key(id, &session.to_be_bytes());
        to_client.write_all(&packet.with_body(greeting.body).bytes)?;
        let Some(reply) = Packet::read(&mut client)? else {
            return Ok(None);
        };
        match Reply::of(&reply.body) {
            Reply::Session(body) => to_server.write_all(&reply.with_body(body).bytes)?,
            Reply::Encryption => {
                self.watcher.wants_encryption();
                return Ok(None);
            }
            Reply::TooOld => return Err(ErrorKind::InvalidData.into()),
        }
        loop {
            let Some(packet) = Packet::read(&mut server)? else {
                return Ok(None);
            };
            let is_over = packet.first() == 0 || packet.is_error();
            if packet.first() == 0 {
                let number = i32::from_ne_bytes(session.to_ne_bytes());
                self.watcher.connected(id, number, &[]);
            }
            to_client.write_all(&packet.bytes)?;
            if is_over {
                let begun = Begun {
                    client,
                    server,
                    session,
                };
                return Ok(Some(begun).filter(|_| !packet.is_error()));
            }
            // That the password is known already is answered by nothing.
            if packet.body != [1, 3] {
                let Some(reply) = Packet::read(&mut client)? else {
                    return Ok(None);
                };
                to_server.write_all(&reply.bytes)?;
            }
        }
    }

    fn hand_on_requests(
        &self,
        id: ConnectionId,
        mut client: BufReader<TcpStream>,
        server: &mut Stream,
        link: &Link,
    ) -> io::Result<()> {
        while let Some(packet) = Packet::read(&mut client)? {
            if link.logs_in() {
                server.write_all(&packet.bytes)?;
                continue;
            }
            match Command::of(&packet.body, link) {
                Command::Quit => break,
                Command::Unanswered => {}
                Command::Passes(expected) => {
                    link.wait();
                    link.expect(expected, false);
                }
                Command::Runs(batch, expected) => {
                    link.wait();
                    if !self.watcher.arrives(id, &batch) {
                        return Ok(());
                    }
                    link.expect(expected, true);
                }
                Command::Unknown(kind) => {
                    link.wait();
                    let words = format!("lockbench does not know the command {kind}");
                    let error = [b"\xff\x17\x04#08S01", words.as_bytes()].concat();
                    let error = Packet::new(packet.number() + 1, error);
                    client.get_mut().write_all(&error.bytes)?;
                    continue;
                }
            }
            server.write_all(&packet.bytes)?;
        }
        Ok(())
    }

    fn hand_on_answers(
        &self,
        id: ConnectionId,
        mut server: BufReader<Stream>,
        mut client: &TcpStream,
        link: &Link,
    ) -> io::Result<()> {
        let mut out = Vec::new();
        while let Some(packet) = Packet::read(&mut server)? {
            match link.hear(&packet) {
                Heard::Part => {}
                Heard::End => link.done(),
                Heard::Answer(answer) => {
                    self.watcher.answered(id, &answer);
                    link.done();
                }
                Heard::Unreadable => return Err(ErrorKind::InvalidData.into()),
            }
            out.extend(&packet.bytes);
            // A whole answer goes out in one piece.
            if server.buffer().is_empty() || out.len() > 1 << 16 {
                // A client that is gone is no reason not to hear that the server is done.
                let _ = client.write_all(&out);
                out.clear();
            }
        }
        client.write_all(&out)
    }
}
