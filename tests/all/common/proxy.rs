//! A link that can be cut: stands between lockbench and PostgreSQL, hands every byte on, and
//! now and then loses the connection around a COMMIT.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// Where PostgreSQL and its clients expect a socket.
const SOCKET: &str = ".s.PGSQL.5432";

/// A COMMIT as libpq sends it: a simple query.
const COMMIT: &[u8] = b"Q\x00\x00\x00\x0bCOMMIT\x00";

/// How a buyer's read ends, and no statement of a set-up.
const LOCKING: &[u8] = b"FOR UPDATE";

/// What the server says once it has committed.
const COMMITTED: &[u8] = b"C\x00\x00\x00\x0bCOMMIT\x00";

/// How long a late COMMIT is on its way after its client has lost the connection.
const LATE: Duration = Duration::from_millis(30);

/// How a link is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The COMMIT never reaches the server.
    Before,
    /// The server commits, and its answer is lost.
    After,
    /// The client has lost the connection while the COMMIT is still on its way, and arrives.
    Late,
}

/// The proxy; it runs until the test program ends.
pub struct Proxy {
    folder: TempDir,
    shared: Arc<Shared>,
}

struct Shared {
    server: PathBuf,
    cuts: Vec<Cut>,
    /// Every how many COMMITs one is met by a cut.
    every: usize,
    cutting: AtomicBool,
    /// After how many lost links the server is gone; 0: never.
    for_good_after: AtomicUsize,
    commits: AtomicUsize,
    before: AtomicUsize,
    after: AtomicUsize,
    late: AtomicUsize,
}

impl Proxy {
    /// Stands before the server whose socket is in the folder `server`. Nothing is cut until
    /// [`Proxy::begin_cutting`]; then every `every`th COMMIT is met by the next of `cuts`.
    pub fn start(server: PathBuf, cuts: &[Cut], every: usize) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("cut-")
            .tempdir_in("/tmp")
            .expect("a folder with a short path");
        let shared = Arc::new(Shared {
            server: server.join(SOCKET),
            cuts: cuts.to_vec(),
            every,
            cutting: AtomicBool::new(false),
            for_good_after: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            before: AtomicUsize::new(0),
            after: AtomicUsize::new(0),
            late: AtomicUsize::new(0),
        });
        let listener = UnixListener::bind(folder.path().join(SOCKET)).expect("a socket");
        let for_clients = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&for_clients);
                thread::spawn(move || shared.serve(&client));
            }
        });
        Self { folder, shared }
    }

    /// The URL of the server's database `postgres` as seen from this side of the link.
    pub fn url(&self) -> String {
        let folder = self.folder.path().display().to_string();
        format!(
            "postgres://lockbench@{}/postgres",
            folder.replace('/', "%2F")
        )
    }

    pub fn begin_cutting(&self) {
        self.shared.cutting.store(true, SeqCst);
    }

    /// The same, but set-ups pass: only those lose their links who read FOR UPDATE. Nobody new is
    /// let through once the first was lost, and nothing at all after so many of them.
    pub fn begin_cutting_for_good(&self, after: usize) {
        self.shared.for_good_after.store(after, SeqCst);
        self.begin_cutting();
    }

    /// How often a link was truly lost in that way; [`Cut::After`] and [`Cut::Late`] count
    /// only where the server said that it had committed.
    pub fn count(&self, cut: Cut) -> usize {
        self.shared.counter(cut).load(SeqCst)
    }
}

impl Shared {
    fn counter(&self, cut: Cut) -> &AtomicUsize {
        match cut {
            Cut::Before => &self.before,
            Cut::After => &self.after,
            Cut::Late => &self.late,
        }
    }

    /// What is to happen to the COMMIT that has just come in.
    fn next_cut(&self) -> Option<Cut> {
        if !self.cutting.load(SeqCst) {
            return None;
        }
        let number = self.commits.fetch_add(1, SeqCst) + 1;
        let cut = number
            .is_multiple_of(self.every)
            .then(|| number / self.every)?;
        Some(self.cuts[cut % self.cuts.len()])
    }

    /// Whether the server is gone for good for whoever comes after so many lost links.
    fn is_gone_after(&self, lost: usize) -> bool {
        lost > 0 && self.for_good_after.load(SeqCst) > 0 && self.commits.load(SeqCst) >= lost
    }

    fn serve(&self, client: &UnixStream) {
        if !self.is_gone_after(1)
            && let Ok(server) = UnixStream::connect(&self.server)
        {
            let withheld = OnceLock::new();
            thread::scope(|scope| {
                scope.spawn(|| {
                    let _ = self.answers(&server, client, &withheld);
                    hang_up(client, &server);
                });
                let _ = self.questions(client, &server, &withheld);
                // A withheld answer is still waited for by the other thread.
                if withheld.get().is_none() {
                    hang_up(client, &server);
                }
            });
        }
        let _ = client.shutdown(Shutdown::Both);
    }

    /// Client to server, message by message, until the link is lost.
    fn questions(
        &self,
        mut client: &UnixStream,
        mut server: &UnixStream,
        withheld: &OnceLock<Cut>,
    ) -> io::Result<()> {
        server.write_all(&message(&mut client, 0)?)?;
        let last = self.for_good_after.load(SeqCst);
        let mut is_buyer = last == 0;
        loop {
            let question = message(&mut client, 1)?;
            if self.is_gone_after(last) {
                return Ok(());
            }
            is_buyer |= question.windows(LOCKING.len()).any(|part| part == LOCKING);
            let cut = (is_buyer && question == COMMIT).then(|| self.next_cut());
            let cut = cut.flatten();
            match cut {
                None => {
                    server.write_all(&question)?;
                    continue;
                }
                Some(Cut::Before) => {
                    self.before.fetch_add(1, SeqCst);
                }
                Some(cut) => {
                    let _ = withheld.set(cut);
                    if cut == Cut::Late {
                        client.shutdown(Shutdown::Both)?;
                        thread::sleep(LATE);
                    }
                    server.write_all(&question)?;
                }
            }
            return Ok(());
        }
    }

    /// Server to client, until the answer that is withheld.
    fn answers(
        &self,
        mut server: &UnixStream,
        mut client: &UnixStream,
        withheld: &OnceLock<Cut>,
    ) -> io::Result<()> {
        let mut buffer = [0; 8192];
        loop {
            let length = server.read(&mut buffer)?;
            let answer = &buffer[..length];
            if length == 0 {
                return Ok(());
            }
            if let Some(&cut) = withheld.get() {
                if answer.starts_with(COMMITTED) {
                    self.counter(cut).fetch_add(1, SeqCst);
                }
                return Ok(());
            }
            client.write_all(answer)?;
        }
    }
}

/// Reads one message: `kind` bytes that say which, and a length that counts itself.
fn message(from: &mut &UnixStream, kind: usize) -> io::Result<Vec<u8>> {
    let mut message = vec![0; kind + 4];
    from.read_exact(&mut message)?;
    let length = message[kind..]
        .iter()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    message.resize(kind + length, 0);
    from.read_exact(&mut message[kind + 4..])?;
    Ok(message)
}

fn hang_up(client: &UnixStream, server: &UnixStream) {
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}
