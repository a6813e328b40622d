//! `lockbench explore`: every order of the steps, on every database.

mod anomalies;
mod command;
mod counts;
mod evidence;
mod inside;
mod invoices;
mod itself;
mod map;
mod mariadb;
mod page;
mod postgres;
mod pruning;
mod sqlite;
mod your_own_code;
