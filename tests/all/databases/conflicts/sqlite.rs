//! How SQLite is brought to refuse.

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, SqliteConnection};
use lockbench::db::server::ServerOptions;
use lockbench::db::{Address, AnyConnection, Backend, Database};

use super::Provocation;
use super::stage::{MARK, Provoked, Stage, Victim, mark, refusal};
use crate::common;

pub(crate) const PROVOCATIONS: [Provocation; 3] = [
    ("SQLITE_BUSY", "database is locked", busy),
    ("SQLITE_BUSY_SNAPSHOT", "database is locked", busy_snapshot),
    ("SQLITE_LOCKED", "database table is locked", locked),
];

/// A file that is not in write-ahead-log mode, where a reader keeps a COMMIT out.
fn old_file() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    common::sqlite(path.to_str().expect("UTF-8"))
        .batch_execute("CREATE TABLE theirs (id INTEGER)")
        .expect("a new file");
    (folder, path)
}

fn open(path: &std::path::Path) -> Database {
    let address = Address::SqliteFile(path.to_owned().into());
    Database::open(&address, &ServerOptions::default()).expect("the test's own file")
}

fn busy() -> Provoked {
    let (folder, path) = old_file();
    let stage = Stage::on(open(&path));
    let mut victim = stage.victim("PRAGMA busy_timeout = 50");
    let mut reader = stage.session();
    reader
        .batch_execute("BEGIN; SELECT * FROM lockbench_items")
        .expect("a read");
    let error = refusal(&mut victim, "COMMIT");
    reader.batch_execute("COMMIT").expect("the end of the read");
    // The open file lives on without its name; the folder may not.
    let _ = folder.keep();
    Provoked::Statement {
        error,
        stage,
        victim: Victim::Marked(victim),
    }
}

fn busy_snapshot() -> Provoked {
    let stage = Stage::new(Backend::Sqlite);
    // However long it may wait: it is refused at once.
    let mut victim = stage.session();
    victim
        .batch_execute("BEGIN; SELECT * FROM lockbench_items")
        .expect("a read");
    mark(&mut stage.session(), MARK + 2);
    let asked = std::time::Instant::now();
    let error = refusal(&mut victim, "UPDATE lockbench_items SET stock = 1");
    assert!(
        asked.elapsed().as_secs() < 4,
        "it waited: this was SQLITE_BUSY"
    );
    Provoked::Statement {
        error,
        stage,
        victim: Victim::Unmarked(victim),
    }
}

/// Two connections that share a cache lock single tables.
fn locked() -> Provoked {
    let (folder, path) = old_file();
    let stage = Stage::on(open(&path));
    let url = format!("file:{}?cache=shared", path.display());
    let shared = || AnyConnection::Sqlite(SqliteConnection::establish(&url).expect("shared"));
    let (mut victim, mut reader) = (shared(), shared());
    victim.batch_execute("BEGIN").expect("a transaction");
    mark(&mut victim, MARK);
    reader
        .batch_execute("BEGIN; SELECT * FROM lockbench_items")
        .expect("a read");
    let error = refusal(&mut victim, "UPDATE lockbench_items SET stock = 1");
    reader.batch_execute("COMMIT").expect("the end of the read");
    let _ = folder.keep();
    Provoked::Statement {
        error,
        stage,
        victim: Victim::Marked(victim),
    }
}
