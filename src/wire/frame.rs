//! Messages as they stand on the wire: a kind, a length, and a body that is left as it is.

use std::io::{self, ErrorKind, Read};

/// Longer than any message that is meant: PostgreSQL's own limit is 1 GB.
const LONGEST: usize = 1 << 30;

/// What a client sends first has no kind, and is short (`MAX_STARTUP_PACKET_LENGTH`).
const LONGEST_FIRST: usize = 10_000;

/// A message with its kind and its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) bytes: Vec<u8>,
}

impl Frame {
    /// Reads the next message; `None` at the end.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut kind = [0; 1];
        if from.read(&mut kind)? == 0 {
            return Ok(None);
        }
        let mut bytes = kind.to_vec();
        read_counted(from, &mut bytes, LONGEST)?;
        Ok(Some(Self { bytes }))
    }

    /// The letter that says what it is.
    pub(super) fn kind(&self) -> u8 {
        self.bytes[0]
    }

    /// What stands behind the length.
    pub(super) fn body(&self) -> &[u8] {
        &self.bytes[5..]
    }
}

/// Reads what a client sends first: a length and what it counts. `None` at the end.
pub(super) fn read_first(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match read_counted(from, &mut bytes, LONGEST_FIRST) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        done => done.map(|()| Some(bytes)),
    }
}

/// Appends a length, which counts itself, and what it counts.
fn read_counted(from: &mut impl Read, bytes: &mut Vec<u8>, longest: usize) -> io::Result<()> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let body = (u32::from_be_bytes(length) as usize).checked_sub(4);
    let body = body.filter(|body| *body <= longest).ok_or_else(|| {
        io::Error::new(ErrorKind::InvalidData, "this is not PostgreSQL's protocol")
    })?;
    bytes.extend(length);
    let start = bytes.len();
    bytes.resize(start + body, 0);
    from.read_exact(&mut bytes[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_by_their_length() {
        let mut wire: &[u8] = b"Q\0\0\0\x06a\0S\0\0\0\x04X";
        let query = Frame::read(&mut wire).unwrap().unwrap();
        assert_eq!((query.kind(), query.body()), (b'Q', b"a\0".as_slice()));
        let sync = Frame::read(&mut wire).unwrap().unwrap();
        assert_eq!((sync.kind(), sync.body()), (b'S', b"".as_slice()));
        assert!(Frame::read(&mut wire).is_err());
        assert_eq!(Frame::read(&mut wire).unwrap(), None);
    }

    #[test]
    fn a_length_that_cannot_be_is_refused() {
        assert!(Frame::read(&mut b"Q\0\0\0\x03".as_slice()).is_err());
        assert!(read_first(&mut b"GET / HTTP/1.1\r\n\r\n".as_slice()).is_err());
        assert_eq!(read_first(&mut b"".as_slice()).unwrap(), None);
    }
}
