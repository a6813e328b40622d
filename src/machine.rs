//! The machine that a measurement was made on, as far as it can be told by itself.

use std::fs;
use std::thread;

use nix::sys::utsname::uname;
use serde::{Deserialize, Serialize};

/// The machine that a measurement was made on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Processors that this program may use.
    pub cores: usize,
    /// The processor's model; `null` where the system does not tell.
    pub cpu: Option<String>,
    /// The operating system, its release and the architecture.
    pub system: String,
}

impl Machine {
    /// This one.
    pub fn this() -> Self {
        let system = uname().map_or_else(
            |_| format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            |name| {
                let parts = [name.sysname(), name.release(), name.machine()];
                parts.map(|part| part.to_string_lossy()).join(" ")
            },
        );
        Self {
            cores: thread::available_parallelism().map_or(1, usize::from),
            cpu: cpu(),
            system,
        }
    }
}

impl Machine {
    /// In a line.
    pub fn shown(&self) -> String {
        let cpu = self.cpu.as_deref().unwrap_or("unknown");
        format!("{} × {cpu}, {}", self.cores, self.system)
    }
}

/// Linux tells the model in a file (proc(5), `/proc/cpuinfo`); elsewhere there is none.
fn cpu() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|rest| rest.split_once(':'))
        .map(|(_, model)| model.split_whitespace().collect::<Vec<_>>().join(" "))
}
