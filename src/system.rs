//! What lockbench needs of the system it runs on: the clock, the processors, signals, and the exit
//! code.

pub mod clock;
pub mod exit;
pub mod interrupt;
pub mod machine;
pub(crate) mod processor;
