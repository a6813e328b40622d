//! A private PostgreSQL server.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::account::Account;
use super::folder::{Folder, percent_encoded};
use super::options::ServerOptions;
use super::programs::{POSTGRES, Programs};
use super::ready;
use super::template::{MAKE_OR_COPY, TEMPLATES};
use super::watcher::Signal;

/// The superuser that the private server is made with.
const USER: &str = "lockbench";

/// Version 3.0 of the protocol.
const PROTOCOL: u32 = 3 << 16;

/// A PostgreSQL server of our own: in a private folder, on a Unix socket, without a network.
/// Dropping it stops it and removes every trace.
///
/// ```no_run
/// use diesel::{Connection, PgConnection};
/// use lockbench::db::server::{PostgresServer, ServerOptions};
///
/// let server = PostgresServer::start(&ServerOptions::default())?;
/// let connection = PgConnection::establish(&server.url())?;
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Debug)]
pub struct PostgresServer {
    folder: Folder,
    programs: Programs,
    /// Where it is not the usual one: it is also a part of the socket's name.
    port: Option<String>,
}

impl PostgresServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// PostgreSQL's programs are not there, or failed: then in their own words.
    pub fn start(options: &ServerOptions) -> Result<Self> {
        let programs = POSTGRES.find()?;
        let account = Account::unprivileged("postgres")?;
        // SIGQUIT is PostgreSQL's immediate shutdown: right for data that is thrown away.
        let folder = Folder::for_server(account, Signal::Quit, |path| {
            serve(&programs, path, options)
        })?;
        let port = options
            .settings
            .iter()
            .find_map(|setting| setting.strip_prefix("port="))
            .map(str::to_owned);
        let server = Self {
            folder,
            programs,
            port,
        };
        ready::wait("PostgreSQL", server.folder(), || greet(server.folder()))?;
        Ok(server)
    }

    /// Where to connect to.
    pub fn url(&self) -> String {
        self.database("postgres")
    }

    /// Where to connect to for another of the server's databases.
    pub fn database(&self, name: &str) -> String {
        let socket = percent_encoded(self.folder.path());
        let port = self.port.as_ref().map(|port| format!(":{port}"));
        format!(
            "postgres://{USER}@{socket}{}/{name}",
            port.unwrap_or_default()
        )
    }

    /// Another of PostgreSQL's programs, such as `pgbench`, beside the server's own if it is
    /// there, else on the PATH.
    #[doc(hidden)]
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.programs.other("postgres", name)
    }

    /// The server's folder: its data are in `data` below it, its socket beside them.
    #[doc(hidden)]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Sends the server a start-up packet and reads until it is ready for a query (manual, 53.2.1
/// "Start-up"), without libpq: who explores their own code brings that themselves, or does not.
fn greet(folder: &Path) -> Result<()> {
    let mut stream = UnixStream::connect(socket(folder)?)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let parameters = format!("user\0{USER}\0database\0postgres\0\0");
    let length = u32::try_from(8 + parameters.len())?.to_be_bytes();
    stream.write_all(&[&length, &PROTOCOL.to_be_bytes(), parameters.as_bytes()].concat())?;
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let mut body = Vec::new();
        (&mut stream)
            .take(u64::from(u32::from_be_bytes(length).saturating_sub(4)))
            .read_to_end(&mut body)?;
        match kind {
            b'Z' => break,
            b'E' => bail!("{}", String::from_utf8_lossy(&body).replace('\0', " ")),
            _ => {}
        }
    }
    // Goodbye, so that the server's log shows no lost connection.
    stream.write_all(b"X\0\0\0\x04").map_err(Into::into)
}

/// The server's socket, whose name ends with its port: `PGPORT` counts as well as the options.
fn socket(folder: &Path) -> Result<PathBuf> {
    let is_socket = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(".s.PGSQL.") && !name.ends_with(".lock")
    };
    std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(is_socket)
        .context("it has no socket yet")
}

/// Makes the data and runs a server on them. One program does both, so that the watcher is
/// there from the beginning: whenever we die, nothing is left.
///
/// `-k` takes a list, in which a name stands in double quotes (manual, 20.3.1
/// `unix_socket_directories`).
///
/// A SIGTERM is kept until `initdb`, which has it as well, has cleared up after itself.
const SCRIPT: &str = r#"
trap 'exit 1' TERM
folder=$1 templates=$2 initdb=$3 server=$4 user=$5; shift 5
# No sync of files that are thrown away soon; the server that follows is durable.
set_up="-U $user -A trust -E UTF8 --locale=C -N --no-instructions"
make_data() {
    "$initdb" -D "$folder/data" $set_up
}
made_by=$initdb
[ -z "$templates" ] || made_by="$made_by $("$server" --version) $set_up"
make_or_copy_data "$made_by" &&
sockets=$(printf '%s' "$folder" | sed 's/"/""/g') &&
exec "$server" -D "$folder/data" -k "\"$sockets\"" "$@"
"#;

fn serve(programs: &Programs, folder: &Path, options: &ServerOptions) -> Command {
    let mut server = Command::new("/bin/sh");
    server
        .args(["-c", &format!("{MAKE_OR_COPY}{SCRIPT}"), "lockbench-server"])
        .arg(folder)
        .arg(std::env::var_os(TEMPLATES).unwrap_or_default())
        .args([programs.path("initdb"), programs.path("postgres")])
        .arg(USER)
        .args(["-c", "listen_addresses="])
        .args([
            "-c",
            &format!("max_connections={}", (options.connections + 20).max(100)),
        ]);
    if options.quick_deadlocks {
        server.args(["-c", "deadlock_timeout=20ms"]);
    }
    for setting in &options.settings {
        server.args(["-c", setting]);
    }
    server
}
