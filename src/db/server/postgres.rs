//! A private PostgreSQL server.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use diesel::{Connection as _, PgConnection};

use super::account::Account;
use super::folder::{Folder, percent_encoded};
use super::options::ServerOptions;
use super::programs::{POSTGRES, Programs};
use super::ready;
use super::watcher::Signal;

/// The superuser that the private server is made with.
const USER: &str = "lockbench";

/// The number in the socket's name, where the settings do not say another.
const PORT: &str = "5432";

/// A PostgreSQL server of our own: in a private folder, on a Unix socket, without a network.
/// Dropping it stops it and removes every trace.
#[derive(Debug)]
pub struct PostgresServer {
    folder: Folder,
    /// Also in the socket's name. Always said, since PGPORT would speak up where it is not.
    port: String,
}

impl PostgresServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// PostgreSQL's programs are not there, or failed: then in their own words.
    pub fn start(options: &ServerOptions) -> Result<Self> {
        let programs = POSTGRES.find()?;
        let account = Account::unprivileged("postgres")?;
        let mut folder = Folder::for_server(account)?;
        initialize(&programs, folder.path(), account)?;
        // SIGQUIT is PostgreSQL's immediate shutdown: right for data that is thrown away.
        let command = serve(&programs, folder.path(), options);
        folder.serve(&command, account, Signal::Quit)?;
        let port = options.settings.iter().rev();
        let port = port
            .filter_map(|setting| setting.strip_prefix("port="))
            .next();
        let server = Self {
            folder,
            port: port.unwrap_or(PORT).to_owned(),
        };
        let url = server.url();
        ready::wait("PostgreSQL", server.folder(), || {
            PgConnection::establish(&url)
        })?;
        Ok(server)
    }

    /// Where to connect to.
    pub fn url(&self) -> String {
        self.database("postgres")
    }

    /// Where to connect to for another of the server's databases.
    pub fn database(&self, name: &str) -> String {
        let socket = percent_encoded(self.folder.path());
        format!("postgres://{USER}@{socket}:{}/{name}", self.port)
    }

    /// The server's folder: its data are in `data` below it, its socket beside them.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn initialize(programs: &Programs, folder: &Path, account: Option<Account>) -> Result<()> {
    let mut initdb = Command::new(programs.path("initdb"));
    initdb
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"])
        // No sync of files that are thrown away soon; the server that follows is durable.
        .args(["-N", "--no-instructions"])
        .current_dir(folder)
        // Out of reach of the terminal's Ctrl-C, which is for us to answer.
        .process_group(0);
    if let Some(account) = account {
        account.step_down(&mut initdb);
    }
    let made = initdb
        .output()
        .with_context(|| format!("cannot start {}", programs.path("initdb").display()))?;
    if !made.status.success() {
        let words = String::from_utf8_lossy(&made.stderr);
        bail!("initdb failed: {}", words.trim().replace('\n', " / "));
    }
    Ok(())
}

fn serve(programs: &Programs, folder: &Path, options: &ServerOptions) -> Command {
    let mut server = Command::new(programs.path("postgres"));
    server
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-c", "listen_addresses="])
        .args(["-p", PORT])
        .args([
            "-c",
            &format!("max_connections={}", (options.connections + 20).max(100)),
        ]);
    for setting in &options.settings {
        server.args(["-c", setting]);
    }
    server
}
