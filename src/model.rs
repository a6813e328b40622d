//! The words of the domain: what is sold, how, how hard, and what came of it. No SQL.

#[cfg(feature = "cli")]
pub mod candidate;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod catalogue;
#[cfg(feature = "cli")]
pub(crate) mod figures;
#[cfg(feature = "cli")]
pub mod invalid_request;
#[cfg(feature = "cli")]
pub mod load;
#[cfg(feature = "cli")]
pub mod mistake;
#[cfg(feature = "cli")]
pub mod named;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod order;
#[cfg(feature = "cli")]
pub mod quantity;
#[cfg(feature = "cli")]
pub mod scenario;
#[cfg(feature = "cli")]
pub mod strategy;
#[cfg(feature = "cli")]
pub(crate) mod value_name;
pub mod verdict;
