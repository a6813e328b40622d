//! The protocol of MariaDB and MySQL, version 10 with `CLIENT_PROTOCOL_41`, as MariaDB's Knowledge
//! Base has it under "Client/Server Protocol".
//!
//! It is read by a few files of our own: the crate `mysql_common` brings big numbers, hashes and
//! ciphers along for what clients need, and of what a proxy needs it has the smaller half.

mod body;
mod command;
mod greeting;
mod link;
mod packet;
mod prepared;
mod relay;
mod response;
mod value;

pub(super) use relay::Relay;
