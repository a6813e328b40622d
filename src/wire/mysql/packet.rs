//! Packets as they stand on the wire: a length, a number, and what it counts. What is longer than
//! one packet goes on in the next.

use std::io::{self, ErrorKind, Read};

/// A packet of this length goes on in the next.
const FULL: usize = 0x00ff_ffff;

/// Longer than any that is meant: the servers' own limit is 1 GB.
const LONGEST: usize = 1 << 30;

/// All packets of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packet {
    /// With their headers.
    pub(super) bytes: Vec<u8>,
    /// Without.
    pub(super) body: Vec<u8>,
}

impl Packet {
    /// A short one that has that number.
    pub(super) fn new(number: u8, body: Vec<u8>) -> Self {
        let [a, b, c, _] = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
        Self {
            bytes: [&[a, b, c, number], body.as_slice()].concat(),
            body,
        }
    }

    /// The same with another body of the same length.
    pub(super) fn with_body(&self, body: Vec<u8>) -> Self {
        Self::new(self.number(), body)
    }

    /// Reads the next; `None` at the end.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let (mut bytes, mut body) = (Vec::new(), Vec::new());
        loop {
            let mut header = [0; 4];
            if bytes.is_empty() {
                if from.read(&mut header[..1])? == 0 {
                    return Ok(None);
                }
                from.read_exact(&mut header[1..])?;
            } else {
                from.read_exact(&mut header)?;
            }
            let length = u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize;
            if body.len() + length > LONGEST {
                return Err(ErrorKind::InvalidData.into());
            }
            bytes.extend(header);
            let start = bytes.len();
            bytes.resize(start + length, 0);
            from.read_exact(&mut bytes[start..])?;
            body.extend(&bytes[start..]);
            if length < FULL {
                return Ok(Some(Self { bytes, body }));
            }
        }
    }

    /// The number of the first.
    pub(super) fn number(&self) -> u8 {
        self.bytes[3]
    }

    /// What it begins with; 0 where it is empty.
    pub(super) fn first(&self) -> u8 {
        self.body.first().copied().unwrap_or_default()
    }

    /// Whether it is an error.
    pub(super) fn is_error(&self) -> bool {
        self.first() == 0xff
    }

    /// Whether it ends a list.
    pub(super) fn is_end(&self) -> bool {
        self.first() == 0xfe && self.body.len() < 9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_told_apart_by_their_length() {
        let mut wire: &[u8] = b"\x02\0\0\x00\x03a\x01\0\0\x01\x0e\x05\0\0\x00ab";
        let query = Packet::read(&mut wire).unwrap().unwrap();
        assert_eq!(
            (query.first(), query.body.as_slice()),
            (3, b"\x03a".as_slice())
        );
        let ping = Packet::read(&mut wire).unwrap().unwrap();
        assert_eq!(
            (ping.number(), ping.bytes.as_slice()),
            (1, b"\x01\0\0\x01\x0e".as_slice())
        );
        assert!(Packet::read(&mut wire).is_err());
        assert_eq!(Packet::read(&mut b"".as_slice()).unwrap(), None);
    }

    #[test]
    fn what_fills_a_packet_goes_on_in_the_next() {
        let whole = vec![b'x'; FULL];
        let wire = [&[0xff, 0xff, 0xff, 0], whole.as_slice(), b"\x01\0\0\x01y"].concat();
        let packet = Packet::read(&mut wire.as_slice()).unwrap().unwrap();
        assert_eq!(
            (packet.body.len(), packet.bytes.len()),
            (FULL + 1, wire.len())
        );
    }
}
