//! Values of the command line that clap does not read by itself.

use std::time::Duration;

/// A number of seconds, or a number with a unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(0) => Ok(Duration::ZERO),
        Ok(number) => Err(format!("{number} what? Write {number}ms or {number}s")),
        Err(_) => humantime::parse_duration(text).map_err(|error| error.to_string()),
    }
}

/// "5%" as 0.05.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    match number.trim().parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent < 100.0 => Ok(percent / 100.0),
        _ => Err("write a number above 0 and below 100, as in 5%".to_owned()),
    }
}
