//! `lockbench check`: what each strategy promises, and what each mistake does.

mod command;
mod mistakes;
mod workflow;
