//! The body of a message, read from its beginning. What is cut short gives `None`: a program that
//! is being watched may send anything. (The crate `pgwire` decodes the same messages and panics
//! there; `postgres-protocol` reads only what a server sends.)

/// What is left of a body.
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
        Some(u16::from_be_bytes(self.bytes(2)?.try_into().ok()?))
    }

    pub(super) fn long(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.bytes(4)?.try_into().ok()?))
    }

    /// A text that a NUL ends.
    pub(super) fn text(&mut self) -> Option<String> {
        let length = self.0.iter().position(|byte| *byte == 0)?;
        let text = String::from_utf8_lossy(self.bytes(length)?).into_owned();
        self.byte()?;
        Some(text)
    }

    /// A counted list.
    pub(super) fn list<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = self.short()?;
        (0..count).map(|_| one(self)).collect()
    }

    /// A value behind its length; `Some(None)` is NULL.
    pub(super) fn value(&mut self) -> Option<Option<&'a [u8]>> {
        match self.long()? {
            u32::MAX => Some(None),
            length => self.bytes(length as usize).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_short_gives_nothing() {
        assert_eq!(Body(b"ab\0c").text(), Some("ab".to_owned()));
        assert_eq!(Body(b"ab").text(), None);
        assert_eq!(Body(b"\0").short(), None);
        assert_eq!(Body(b"\0\0\0\x09abc").value(), None);
        assert_eq!(Body(b"\xff\xff\xff\xff").value(), Some(None));
        assert_eq!(Body(b"\0\x02\x01").list(Body::byte), None);
    }
}
