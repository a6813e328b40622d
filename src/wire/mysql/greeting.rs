//! What server and client say of themselves first, without what a proxy could not read.

use super::body::Body;

/// What of the client's and the server's abilities a proxy does not let through: files of the
/// client's, compression, encryption, results without an end packet, results whose columns are
/// not described, attributes of queries, and another compression.
const CLEARED: u32 = 1 << 5 | 1 << 7 | SSL | 1 << 24 | 1 << 25 | 1 << 26 | 1 << 27;

/// That the connection is to be encrypted.
const SSL: u32 = 1 << 11;

/// That the packets are those of MySQL 4.1 and later.
const PROTOCOL_41: u32 = 1 << 9;

/// That the server is no MariaDB: otherwise four bytes more say what it can do.
const MYSQL: u32 = 1;

/// What a server says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Greeting {
    /// As it is handed on.
    pub(super) body: Vec<u8>,
    /// The server's number for the connection.
    pub(super) session: u32,
}

impl Greeting {
    /// Understands it; `None` where it is of another protocol.
    pub(super) fn of(body: &[u8]) -> Option<Self> {
        let mut rest = Body(body);
        if rest.byte()? != 10 {
            return None;
        }
        let version = rest.0.iter().position(|byte| *byte == 0)?;
        rest.bytes(version + 1)?;
        let session = rest.long()?;
        rest.bytes(9)?;
        let low = body.len() - rest.0.len();
        // Of the abilities the lower half comes first, and the upper one behind three bytes.
        rest.bytes(7)?;
        let high = low + 5;
        let mut body = body.to_vec();
        let abilities = u32::from(u16::from_le_bytes([body[low], body[low + 1]]))
            | u32::from(u16::from_le_bytes([body[high], body[high + 1]])) << 16;
        let [a, b, c, d] = (abilities & !CLEARED).to_le_bytes();
        (body[low], body[low + 1], body[high], body[high + 1]) = (a, b, c, d);
        // A length, six bytes that are reserved, and what MariaDB can do besides.
        let more = high + 9;
        if abilities & MYSQL == 0 {
            body.get_mut(more..more + 4)?.fill(0);
        }
        Some(Self { body, session })
    }
}

/// What a client answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// It begins a session; as it is handed on.
    Session(Vec<u8>),
    /// It wants encryption, although there is none.
    Encryption,
    /// It speaks an older protocol.
    TooOld,
}

impl Reply {
    /// Understands it.
    pub(super) fn of(body: &[u8]) -> Self {
        let Some(abilities) = Body(body).long() else {
            return Self::TooOld;
        };
        if abilities & PROTOCOL_41 == 0 {
            return Self::TooOld;
        }
        if abilities & SSL != 0 {
            return Self::Encryption;
        }
        let mut body = body.to_vec();
        body[..4].copy_from_slice(&(abilities & !CLEARED).to_le_bytes());
        if abilities & MYSQL == 0
            && let Some(more) = body.get_mut(28..32)
        {
            more.fill(0);
        }
        Self::Session(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(low: u16, high: u16) -> Vec<u8> {
        let [a, b] = low.to_le_bytes();
        let [c, d] = high.to_le_bytes();
        [
            b"\x0a10.11.6\0\x07\0\0\0seedseed\0".as_slice(),
            &[a, b, 0x2d, 2, 0, c, d, 21],
            b"\0\0\0\0\0\0\x1f\0\0\0moreseedmore\0mysql_native_password\0",
        ]
        .concat()
    }

    #[test]
    fn what_a_proxy_cannot_read_is_cleared_in_the_greeting() {
        let found = Greeting::of(&greeting(0xfffe, 0xffff)).unwrap();
        assert_eq!(found.session, 7);
        let plain = [b"\x0a10.11.6\0\x07\0\0\0seedseed\0".as_slice()]
            .concat()
            .len();
        assert_eq!(found.body[plain..plain + 2], [0x5e, 0xf7]);
        assert_eq!(found.body[plain + 5..plain + 7], [0xff, 0xf0]);
        assert_eq!(found.body[plain + 14..plain + 18], [0; 4]);
        let other = Greeting::of(&greeting(0x0201, 0)).unwrap();
        assert_eq!(other.body[plain + 14], 0x1f, "it is none of MariaDB's");
        assert_eq!(Greeting::of(b"\x09"), None);
    }

    #[test]
    fn a_client_that_wants_encryption_is_told_apart() {
        assert_eq!(Reply::of(&[0, 0x0a, 0, 0]), Reply::Encryption);
        assert_eq!(Reply::of(&[0, 0, 0, 0]), Reply::TooOld);
        let reply = Reply::of(&[&[0xa1, 2, 0, 0x01], [9; 40].as_slice()].concat());
        let Reply::Session(body) = reply else {
            panic!("{reply:?}");
        };
        assert_eq!(body[..4], [1, 2, 0, 0]);
        assert_eq!(body[28..32], [9; 4]);
    }
}
