//! The error of every check of a request.

use thiserror::Error;

use crate::model::load::LoadError;

/// What was asked for cannot be run: why, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct InvalidRequest(pub String);

impl InvalidRequest {
    /// Makes sure that there is nothing against it.
    ///
    /// # Errors
    /// There is.
    pub(crate) fn unless(refusal: Option<String>) -> Result<(), Self> {
        refusal.map_or(Ok(()), |why| Err(Self(why)))
    }
}

impl From<LoadError> for InvalidRequest {
    fn from(error: LoadError) -> Self {
        Self(error.to_string())
    }
}
