//! The server behind a proxy, and connections to it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// At a Unix socket.
    Socket(PathBuf),
    /// At a host's port.
    Port(String, u16),
}

/// A connection to it, or to a client.
#[derive(Debug)]
pub(super) enum Stream {
    Socket(UnixStream),
    Port(TcpStream),
}

impl Upstream {
    pub(super) fn connect(&self) -> io::Result<Stream> {
        Ok(match self {
            Self::Socket(path) => Stream::Socket(UnixStream::connect(path)?),
            Self::Port(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port))?;
                stream.set_nodelay(true)?;
                Stream::Port(stream)
            }
        })
    }
}

impl Stream {
    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(match self {
            Self::Socket(stream) => Self::Socket(stream.try_clone()?),
            Self::Port(stream) => Self::Port(stream.try_clone()?),
        })
    }

    /// Ends one direction, or both. One that is gone already needs no end.
    pub(super) fn shut(&self, how: Shutdown) {
        let _ = match self {
            Self::Socket(stream) => stream.shutdown(how),
            Self::Port(stream) => stream.shutdown(how),
        };
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Socket(stream) => stream.read(buffer),
            Self::Port(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Socket(stream) => stream.write(buffer),
            Self::Port(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
