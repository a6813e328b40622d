//! Parse, call, exit code; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockbench::cli::main().into()
}
