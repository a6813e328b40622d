//! What dies, and what is left: servers, connections, and lockbench itself.

mod crashes;
mod durability;
mod endings;
mod interrupt;
mod lost_commits;
mod server;
mod servers;
