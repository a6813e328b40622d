//! `lockbench compare`, `sweep` and `advise`: who is ranked, and what is written of it.

mod advise;
mod baseline;
mod command;
mod max_time;
mod page_and_pictures;
mod report;
mod sweep;
