//! What is to be run.

use std::time::Duration;

use super::Anomaly;
use crate::db::Level;

/// Which scripts are run at which levels.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Which anomalies.
    pub anomalies: Vec<&'static Anomaly>,
    /// At which levels.
    pub levels: Vec<Level>,
    /// How long nothing may move in a script before it is given up.
    pub patience: Duration,
}
