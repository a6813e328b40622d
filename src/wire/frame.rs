//! Messages as they stand on the wire: a kind, a length, and a body that is left as it is.

use std::io::{self, ErrorKind, Read};

use super::body::Body;

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

    /// A message of that kind.
    pub(super) fn of(kind: u8, body: &[u8]) -> Self {
        let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
        let bytes = [&[kind], length.to_be_bytes().as_slice(), body].concat();
        Self { bytes }
    }

    /// A simple query.
    pub(super) fn query(sql: &str) -> Self {
        Self::of(b'Q', &[sql.as_bytes(), b"\0"].concat())
    }

    /// The same with the SQL that it brings as `edits` has it, if it brings any.
    pub(super) fn edited(self, edits: impl Fn(&str) -> Option<String>) -> Self {
        let mut body = Body(self.body());
        let name = match self.kind() {
            b'Q' => Some(None),
            b'P' => body.text().map(Some),
            _ => None,
        };
        let (Some(name), Some(sql)) = (name, body.text()) else {
            return self;
        };
        let Some(sql) = edits(&sql) else {
            return self;
        };
        let name = name.map(|name| name + "\0").unwrap_or_default();
        let body = [name.as_bytes(), sql.as_bytes(), b"\0", body.0].concat();
        Self::of(self.kind(), &body)
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
    fn only_what_brings_sql_is_edited() {
        let edits = |sql: &str| (sql == "a").then(|| "abc".to_owned());
        let parse = Frame::of(b'P', b"s1\0a\0\0\x01\0\0\0\x17");
        assert_eq!(parse.edited(edits).body(), b"s1\0abc\0\0\x01\0\0\0\x17");
        assert_eq!(Frame::query("a").edited(edits), Frame::query("abc"));
        for other in [
            Frame::query("b"),
            Frame::of(b'B', b"a\0a\0"),
            Frame::of(b'Q', b"cut"),
        ] {
            assert_eq!(other.clone().edited(edits), other);
        }
    }

    #[test]
    fn a_length_that_cannot_be_is_refused() {
        assert!(Frame::read(&mut b"Q\0\0\0\x03".as_slice()).is_err());
        assert!(read_first(&mut b"GET / HTTP/1.1\r\n\r\n".as_slice()).is_err());
        assert_eq!(read_first(&mut b"".as_slice()).unwrap(), None);
    }
}
