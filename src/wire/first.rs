//! What a client sends first, before anything has a kind (manual, "Start-up").

/// The codes that stand where a start-up message has its version.
const SSL: u32 = (1234 << 16) | 5679;
const GSS: u32 = (1234 << 16) | 5680;
const CANCEL: u32 = (1234 << 16) | 5678;

/// What a client sends first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// It asks for TLS, or for GSSAPI's encryption.
    Encryption,
    /// It asks to cancel what another connection is doing.
    Cancel,
    /// It begins a session.
    StartUp(StartUp),
}

/// How a session begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StartUp {
    version: u32,
    parameters: Vec<(String, String)>,
}

impl First {
    /// Understands it; `None` where it is no such thing.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let code = u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?);
        Some(match code {
            SSL | GSS => Self::Encryption,
            CANCEL => Self::Cancel,
            version if version >> 16 == 3 => Self::StartUp(StartUp::of(version, &bytes[8..])?),
            _ => return None,
        })
    }
}

impl StartUp {
    fn of(version: u32, bytes: &[u8]) -> Option<Self> {
        let mut words = bytes
            .split(|byte| *byte == 0)
            .map(|word| String::from_utf8_lossy(word).into_owned());
        let mut parameters = Vec::new();
        loop {
            let name = words.next()?;
            if name.is_empty() {
                return Some(Self {
                    version,
                    parameters,
                });
            }
            parameters.push((name, words.next()?));
        }
    }

    /// Adds settings for the session. What the client sets itself comes first, so that these win;
    /// what it sets by a statement wins over these.
    pub(super) fn set(&mut self, settings: &[(String, String)]) {
        let added: Vec<String> = settings
            .iter()
            .map(|(name, value)| format!("-c {name}={}", escaped(value)))
            .collect();
        if added.is_empty() {
            return;
        }
        let added = added.join(" ");
        match self
            .parameters
            .iter_mut()
            .find(|(name, _)| name == "options")
        {
            Some((_, options)) => {
                options.push(' ');
                options.push_str(&added);
            }
            None => self.parameters.push(("options".to_owned(), added)),
        }
        // A parameter of its own wins over one among the options.
        self.parameters
            .retain(|(name, _)| !settings.iter().any(|(set, _)| set == name));
    }

    /// What the client has set, by name.
    pub(super) fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// As it stands on the wire.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut body = self.version.to_be_bytes().to_vec();
        for (name, value) in &self.parameters {
            for word in [name, value] {
                body.extend(word.as_bytes());
                body.push(0);
            }
        }
        body.push(0);
        let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
        [length.to_be_bytes().as_slice(), &body].concat()
    }
}

/// A backslash stands before each space that is a part of a value (manual, 34.1.2 `options`).
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace(' ', r"\ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start_up(parameters: &[(&str, &str)]) -> StartUp {
        StartUp {
            version: 3 << 16,
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn a_start_up_is_read_as_it_is_written() {
        let start = start_up(&[("user", "me"), ("database", "shop"), ("options", "")]);
        assert_eq!(First::of(&start.bytes()), Some(First::StartUp(start)));
    }

    #[test]
    fn settings_are_added_to_the_clients_own() {
        let set = [(
            "default_transaction_isolation".to_owned(),
            "repeatable read".to_owned(),
        )];
        let added = r"-c default_transaction_isolation=repeatable\ read";
        let mut bare = start_up(&[("user", "me")]);
        bare.set(&set);
        assert_eq!(bare.parameters[1].1, added);
        let mut own = start_up(&[("options", "-c geqo=off"), ("user", "me")]);
        own.set(&set);
        assert_eq!(own.parameters[0].1, format!("-c geqo=off {added}"));
        let mut direct = start_up(&[("default_transaction_isolation", "serializable")]);
        direct.set(&set);
        assert_eq!(
            direct.parameters,
            [("options".to_owned(), added.to_owned())]
        );
    }

    #[test]
    fn what_is_no_session_is_told_apart() {
        let of = |code: u32| First::of(&[[0, 0, 0, 8], code.to_be_bytes()].concat());
        assert_eq!(of(SSL), Some(First::Encryption));
        assert_eq!(of(GSS), Some(First::Encryption));
        assert_eq!(of(CANCEL), Some(First::Cancel));
        assert_eq!(of(2 << 16), None);
        assert_eq!(First::of(b"GET "), None);
    }
}
