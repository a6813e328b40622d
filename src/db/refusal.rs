/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Nobody answers there.
    NoAnswer(anyhow::Error),
    /// The database has answered, and refuses.
    Answered(anyhow::Error),
}

impl Refusal {
    pub(super) fn new(answered: bool, error: anyhow::Error) -> Self {
        match answered {
            true => Self::Answered(error),
            false => Self::NoAnswer(error),
        }
    }

    pub(super) fn map(self, change: impl FnOnce(anyhow::Error) -> anyhow::Error) -> Self {
        match self {
            Self::NoAnswer(error) => Self::NoAnswer(change(error)),
            Self::Answered(error) => Self::Answered(change(error)),
        }
    }

    pub(super) fn into_error(self) -> anyhow::Error {
        match self {
            Self::NoAnswer(error) | Self::Answered(error) => error,
        }
    }
}
