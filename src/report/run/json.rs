//! JSON: the result as it is.

use crate::run::result::RunResult;

pub(super) fn render(result: &RunResult) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(result)? + "\n")
}
