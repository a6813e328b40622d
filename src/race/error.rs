use super::oracle::NotRepeatable;
use crate::explore::ExploreError;

/// Why a race cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum RaceError {
    /// The programs cannot be raced as they are.
    #[error("{0}")]
    Unfit(String),
    /// Two runs of the same order differ.
    #[error(transparent)]
    NotRepeatable(#[from] NotRepeatable),
    /// A session did nothing that anybody could see.
    #[error("{0}")]
    Silence(String),
    /// The database, or the system.
    #[error(transparent)]
    Other(anyhow::Error),
}

impl From<anyhow::Error> for RaceError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<NotRepeatable>() {
            Ok(differs) => Self::NotRepeatable(differs),
            Err(error) => Self::Other(error),
        }
    }
}

impl From<ExploreError> for RaceError {
    fn from(error: ExploreError) -> Self {
        match error {
            ExploreError::Stuck { .. } => Self::Silence(error.to_string()),
            error => Self::Other(error.into()),
        }
    }
}
