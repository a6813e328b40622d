//! One run: its audit, its ceiling, its report and its pace.

mod audit;
mod ceiling;
mod pgbench;
mod pin;
mod pool;
mod report;
