//! A server: what runs in a process of its own, with a pool and locks of its own.

use std::io::{self, BufRead, BufReader, Stdin, Stdout, stdin, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use anyhow::{Context, Result};

use super::message::{Assignment, FromServer, ToServer, send};
use crate::db::server::ServerOptions;
use crate::db::{Address, Database, pool};
use crate::hammer::event::{Event, Observer, What};
use crate::hammer::{Job, Measurement, Progress, hammer};
use crate::system::clock::now_us;

/// Does what comes in on the standard input, and tells of it on the standard output.
///
/// # Errors
/// Nobody listens; whatever else goes wrong is told over the output.
pub fn serve() -> Result<()> {
    let mut input = BufReader::new(stdin());
    let mut first = String::new();
    input.read_line(&mut first)?;
    let assignment: Assignment = serde_json::from_str(&first)
        .context("servers are started by lockbench itself, which tells them what to do")?;
    let writer = EventWriter {
        server: assignment.server,
        watched: assignment.watched,
        out: Mutex::new(stdout()),
    };
    let reader = CommandReader::new(input);
    let last_message = match work(&assignment, &writer, &reader) {
        Ok(measurement) => FromServer::Ended {
            gone: measurement.gone,
        },
        Err(error) => FromServer::Failed {
            words: format!("{error:#}"),
        },
    };
    writer.say(&last_message)?;
    Ok(())
}

fn work(
    assignment: &Assignment,
    writer: &EventWriter,
    reader: &CommandReader,
) -> Result<Measurement> {
    let address: Address = assignment.database.parse()?;
    let database =
        Database::open_keeping(&address, &ServerOptions::default(), assignment.kept.clone())?;
    let pool = pool::open(&database, assignment.load.pool)?;
    writer.say(&FromServer::Ready)?;
    reader.go.recv().context("nobody said go")?;
    let job = Job {
        plan: assignment.plan,
        scenario: assignment.scenario,
        load: &assignment.load,
        server: assignment.server,
        share: assignment.share,
        outside: assignment.outside.as_ref(),
        observer: Some(writer),
        restocked: Some(&reader.restocked),
    };
    hammer(&pool, job, &reader.stop, &Progress::default())
}

/// What the server has been told.
struct CommandReader {
    go: mpsc::Receiver<()>,
    restocked: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl CommandReader {
    /// Listens until the end, on a thread of its own. When nobody is there any more the
    /// process ends at once, whatever its buyers are waiting for: a server without its parent
    /// has nobody to report to, and must not be left behind.
    fn new(input: BufReader<Stdin>) -> Self {
        let (say_go, go) = mpsc::channel();
        let reader = Self {
            go,
            restocked: Arc::new(AtomicBool::new(false)),
            stop: Arc::new(AtomicBool::new(false)),
        };
        let (restocked, stop) = (Arc::clone(&reader.restocked), Arc::clone(&reader.stop));
        thread::spawn(move || {
            for line in input.lines().map_while(Result::ok) {
                match serde_json::from_str(&line) {
                    Ok(ToServer::Go) => drop(say_go.send(())),
                    Ok(ToServer::Restocked) => restocked.store(true, Ordering::Relaxed),
                    Ok(ToServer::Stop) => stop.store(true, Ordering::Relaxed),
                    Err(_) => break,
                }
            }
            std::process::exit(crate::system::exit::Exit::Interrupted as i32);
        });
        reader
    }
}

/// Says what happens.
struct EventWriter {
    server: u32,
    watched: bool,
    out: Mutex<Stdout>,
}

impl EventWriter {
    fn say(&self, message: &FromServer) -> io::Result<()> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        send(&mut *out, message)
    }
}

impl Observer for EventWriter {
    fn see(&self, buyer: u32, what: What) {
        let always = matches!(what, What::Began { .. } | What::Settled(_));
        if !always && !self.watched {
            return;
        }
        let event = Event {
            at_us: now_us(),
            server: self.server,
            buyer,
            what,
        };
        // Where nobody listens any more the input has ended too, and with it this process.
        let _ = self.say(&FromServer::Event(event));
    }
}
