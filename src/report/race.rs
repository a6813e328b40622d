//! The result of a race as text.

mod text;

pub use text::{render, render_replay};
