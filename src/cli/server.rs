//! `lockbench server`, which only lockbench itself calls.

use super::failure::Failure;
use crate::exit::Exit;
use crate::servers;

pub(super) fn serve() -> Result<Exit, Failure> {
    servers::serve().map_err(Failure::usage)?;
    Ok(Exit::Held)
}
