//! A compare at each point of an axis: how goodput, attempts and latency change with one number
//! of the load, and where one strategy overtakes another.

mod result;

pub use result::{Axis, AxisName, Crossover, SCHEMA, SweepPoint, SweepResult};
