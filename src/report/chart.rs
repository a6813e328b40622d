//! Numbers as pictures.
//!
//! A chart is a plain value: [`Bars`], [`Lines`] or [`Shares`], which knows nothing of what
//! was measured. `plotters` draws it as SVG, once, and that one drawing is what a page holds,
//! what stands alone as a file, and what the PNG is rendered from.
//!
//! No chart tells anything by colour alone: every line has a marker, a dash and its name at
//! its end, every part of a bar a hatching of its own.

mod axis;
mod bars;
mod canvas;
mod figure;
mod hatch;
mod ink;
mod label;
mod lines;
mod look;
mod picture;
mod png;
mod shares;

pub use axis::Axis;
pub use bars::{Bar, Bars};
pub use ink::style;
pub use lines::{Crossing, Line, Lines, Point};
pub use picture::Picture;
pub use shares::{Shares, Stack};
