//! `lockbench server`, which only lockbench itself calls.

use super::failure::Failure;
use crate::hammer::servers;
use crate::system::exit::Exit;

pub(super) fn serve() -> Result<Exit, Failure> {
    servers::serve().map_err(Failure::usage)?;
    Ok(Exit::Held)
}
