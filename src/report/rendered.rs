//! A result that has been written down.

/// A result that has been written down, as a text or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rendered {
    /// A text, which ends in a new line.
    Text(String),
    /// Something that a terminal cannot show.
    Binary(Vec<u8>),
}

impl From<String> for Rendered {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Rendered {
    /// The text; `None` where it is something else.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }
}
