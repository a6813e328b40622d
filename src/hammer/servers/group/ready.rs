//! Waiting until every server has its connections.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::ServerGroup;
use crate::hammer::servers::message::FromServer;

/// How long a server may take until it has its connections.
const READY: Duration = Duration::from_secs(30);

impl ServerGroup<'_> {
    pub(super) fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + READY;
        for _ in 0..self.members.len() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(left) {
                Ok((_, Some(FromServer::Ready))) => {}
                Ok((server, Some(FromServer::Failed { words }))) => {
                    bail!("server {server} could not begin: {words}")
                }
                Ok((server, _)) => {
                    let how = self.member(server).process.end();
                    bail!("server {server} ended before it began ({how})")
                }
                Err(_) => bail!("the servers were not ready within {} s", READY.as_secs()),
            }
        }
        Ok(())
    }
}
