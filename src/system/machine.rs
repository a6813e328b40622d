//! The machine that a measurement was made on, as far as it can be told by itself.

use std::fs;
use std::thread;

use nix::sys::utsname::uname;
use serde::{Deserialize, Serialize};

/// The machine that a measurement was made on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// Whether what is measured on the one can be held against what was on the other: all alike
    /// but for the release of the operating system.
    pub fn is_like(&self, other: &Self) -> bool {
        let kind = |system: &str| {
            let mut words = system.split(' ');
            (
                words.next().map(str::to_owned),
                words.next_back().map(str::to_owned),
            )
        };
        self.cores == other.cores
            && self.cpu == other.cpu
            && kind(&self.system) == kind(&other.system)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_release_of_the_system_makes_no_other_machine() {
        let machine = |cores: usize, cpu: &str, system: &str| Machine {
            cores,
            cpu: Some(cpu.to_owned()),
            system: system.to_owned(),
        };
        let this = machine(2, "A processor", "Linux 6.1.0-18 x86_64");
        assert!(this.is_like(&machine(2, "A processor", "Linux 6.1.0-21 x86_64")));
        for other in [
            machine(4, "A processor", "Linux 6.1.0-18 x86_64"),
            machine(2, "Another", "Linux 6.1.0-18 x86_64"),
            machine(2, "A processor", "Darwin 6.1.0-18 x86_64"),
            machine(2, "A processor", "Linux 6.1.0-18 aarch64"),
        ] {
            assert!(!this.is_like(&other), "{other:?}");
        }
    }
}
