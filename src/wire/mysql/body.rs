//! What is left of a packet, read from its beginning. What is cut short gives `None`.

/// What is left of a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<'a>(pub(super) &'a [u8]);

impl<'a> Body<'a> {
    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.bytes(1).map(|taken| taken[0])
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.bytes(2)?.try_into().ok()?))
    }

    pub(super) fn long(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    /// A number of as many bytes as its first says. `None` also for the sign of NULL.
    pub(super) fn number(&mut self) -> Option<u64> {
        let length = match self.byte()? {
            small @ 0..=0xfa => return Some(small.into()),
            0xfc => 2,
            0xfd => 3,
            0xfe => 8,
            _ => return None,
        };
        let mut number = [0; 8];
        number[..length].copy_from_slice(self.bytes(length)?);
        Some(u64::from_le_bytes(number))
    }

    /// Bytes behind such a number.
    pub(super) fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.bytes(usize::try_from(length).ok()?)
    }

    /// The same, or NULL: `Some(None)`.
    pub(super) fn value(&mut self) -> Option<Option<&'a [u8]>> {
        match self.0.first()? {
            0xfb => self.byte().map(|_| None),
            _ => self.counted().map(Some),
        }
    }

    /// All that is left, as text.
    pub(super) fn rest(self) -> String {
        String::from_utf8_lossy(self.0).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_length_that_they_say() {
        assert_eq!(Body(b"\x07").number(), Some(7));
        assert_eq!(Body(b"\xfc\x01\x02").number(), Some(0x201));
        assert_eq!(Body(b"\xfd\x01\0\0").number(), Some(1));
        assert_eq!(Body(b"\xfe\0\0\0\0\x01\0\0\0").number(), Some(1 << 32));
        assert_eq!(Body(b"\xfc\x01").number(), None);
        assert_eq!(Body(b"\x03ab").counted(), None);
        assert_eq!(Body(b"\xfb").value(), Some(None));
        assert_eq!(Body(b"\x01a").value(), Some(Some(b"a".as_slice())));
    }
}
