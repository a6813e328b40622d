//! What goes over the connections, told as it happens.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

static ON: AtomicBool = AtomicBool::new(false);

static CONNECTIONS: AtomicU32 = AtomicU32::new(0);

/// Tells of every statement on the connections that are opened from now on, and of every refusal,
/// on the standard error. Where connections lead is not told: their URLs hold passwords.
pub fn on() {
    ON.store(true, Relaxed);
    // Refused only where another thread is setting it at this moment.
    let _ = set_default_instrumentation(|| {
        let connection = CONNECTIONS.fetch_add(1, Relaxed) + 1;
        Some(Box::new(Trace { connection }))
    });
}

/// Tells something else in between; what it is, is only computed where somebody listens.
pub fn tell(what: impl FnOnce() -> String) {
    if ON.load(Relaxed) {
        say(&what());
    }
}

struct Trace {
    connection: u32,
}

impl Instrumentation for Trace {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                say(&format!("connection {}: {query}", self.connection));
            }
            InstrumentationEvent::FinishQuery {
                error: Some(error), ..
            } => say(&format!("connection {}: failed: {error}", self.connection)),
            _ => {}
        }
    }
}

/// A line at once, so that those of several threads do not mix.
fn say(text: &str) {
    use std::io::Write as _;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ") + "\n";
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}
