//! A server: what runs in a process of its own, with a pool and locks of its own.

use std::io::{self, BufRead, BufReader, Stdin, Stdout, stdin, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use anyhow::{Context, Result};

use super::message::{Assignment, FromServer, ToServer, send};
use crate::db::server::ServerOptions;
use crate::db::{Address, Database, pool};
use crate::event::{Event, Observer, What, now_us};
use crate::hammer::{Job, Measurement, Progress, hammer};

/// Does what comes in on the standard input, and tells of it on the standard output.
///
/// # Errors
/// Nobody listens; whatever else goes wrong is told over the output.
pub fn serve() -> Result<()> {
    let mut input = BufReader::new(stdin());
    let mut first = String::new();
    input.read_line(&mut first)?;
    let assignment: Assignment = serde_json::from_str(&first)
        .context("a server is started by lockbench, which tells it what to do")?;
    let mouth = Mouth {
        server: assignment.server,
        watched: assignment.watched,
        out: Mutex::new(stdout()),
    };
    let ears = Ears::new(input);
    let last_word = match work(&assignment, &mouth, &ears) {
        Ok(measurement) => FromServer::Ended {
            gone: measurement.gone,
        },
        Err(error) => FromServer::Failed {
            words: format!("{error:#}"),
        },
    };
    mouth.say(&last_word)?;
    Ok(())
}

fn work(assignment: &Assignment, mouth: &Mouth, ears: &Ears) -> Result<Measurement> {
    let address: Address = assignment.database.parse()?;
    let database = Database::open(&address, &ServerOptions::default())?;
    let pool = pool::open(&database, assignment.load.pool)?;
    mouth.say(&FromServer::Ready)?;
    ears.go.recv().context("nobody said go")?;
    let job = Job {
        plan: assignment.plan,
        scenario: assignment.scenario,
        load: &assignment.load,
        server: assignment.server,
        share: assignment.share,
        outside: assignment.outside.as_ref(),
        observer: Some(mouth),
        restocked: Some(&ears.restocked),
    };
    hammer(&pool, job, &ears.stop, &Progress::default())
}

/// What the server has been told.
struct Ears {
    go: mpsc::Receiver<()>,
    restocked: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Ears {
    /// Listens until the end, on a thread of its own. When nobody is there any more the
    /// process ends at once, whatever its buyers are waiting for: a server without its parent
    /// has nobody to report to, and must not be left behind.
    fn new(input: BufReader<Stdin>) -> Self {
        let (say_go, go) = mpsc::channel();
        let ears = Self {
            go,
            restocked: Arc::new(AtomicBool::new(false)),
            stop: Arc::new(AtomicBool::new(false)),
        };
        let (restocked, stop) = (Arc::clone(&ears.restocked), Arc::clone(&ears.stop));
        thread::spawn(move || {
            for line in input.lines().map_while(Result::ok) {
                match serde_json::from_str(&line) {
                    Ok(ToServer::Go) => drop(say_go.send(())),
                    Ok(ToServer::Restocked) => restocked.store(true, Ordering::Relaxed),
                    Ok(ToServer::Stop) => stop.store(true, Ordering::Relaxed),
                    Err(_) => break,
                }
            }
            std::process::exit(crate::exit::Exit::Interrupted as i32);
        });
        ears
    }
}

/// Says what happens.
struct Mouth {
    server: u32,
    watched: bool,
    out: Mutex<Stdout>,
}

impl Mouth {
    fn say(&self, message: &FromServer) -> io::Result<()> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        send(&mut *out, message)
    }
}

impl Observer for Mouth {
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
