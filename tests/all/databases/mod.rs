//! The databases: addresses, rights, settings, errors, and what is left behind.

mod addresses;
mod conflicts;
mod foreign_tables;
mod mariadb_server;
mod pooler;
mod postgres_server;
mod reservation;
mod rights;
mod session_settings;
mod tables;
mod tls;
