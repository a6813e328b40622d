use thiserror::Error;

/// Why there is no database to be changed at will.
#[derive(Debug, Error)]
pub enum MakeError {
    /// The address asks for what cannot be had through a proxy.
    #[error("{0}")]
    Unsuitable(String),
    /// The server cannot be reached, or refuses.
    #[error(transparent)]
    Refused(#[from] anyhow::Error),
}
