//! Where PostgreSQL's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

/// Names a folder that is to be used instead of whatever would be found.
const OVERRIDE: &str = "LOCKBENCH_POSTGRES_BIN";

/// What a folder must hold to be of use.
const NEEDED: [&str; 2] = ["initdb", "postgres"];

/// Folders of Debian and Ubuntu, Fedora and Red Hat, Homebrew, and PostgreSQL's own packages;
/// `*` stands for the rest of one folder's name, and the highest number comes first.
const USUAL: [&str; 8] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/lib64/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/usr/local/pgsql/bin",
];

/// Finds the folder of PostgreSQL's programs.
///
/// # Errors
/// There is none; the message says how to get them.
pub(super) fn find() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os(OVERRIDE) {
        let folder = PathBuf::from(folder);
        if holds_all(&folder) {
            return Ok(folder);
        }
        bail!(
            "{OVERRIDE} is {}, which does not hold {}",
            folder.display(),
            NEEDED.join(" and ")
        );
    }
    let found = on_path()
        .or_else(from_pg_config)
        .or_else(|| USUAL.iter().find_map(|pattern| newest(pattern)));
    match found {
        Some(folder) => Ok(folder),
        None => bail!(
            "PostgreSQL's programs ({}) are not on this machine: install them \
             (Debian: `apt install postgresql`, Fedora: `dnf install postgresql-server`, \
             macOS: `brew install postgresql`), name their folder in {OVERRIDE}, \
             or give the URL of a server",
            NEEDED.join(", ")
        ),
    }
}

fn holds_all(folder: &Path) -> bool {
    NEEDED.iter().all(|program| folder.join(program).is_file())
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|folder| holds_all(folder))
}

fn from_pg_config() -> Option<PathBuf> {
    let answer = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(answer.stdout).ok()?.trim());
    holds_all(&folder).then_some(folder)
}

/// The folder that fits `pattern` and has the highest version number in its name.
fn newest(pattern: &str) -> Option<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return Some(PathBuf::from(pattern)).filter(|folder| holds_all(folder));
    };
    let (parent, prefix) = before.rsplit_once('/')?;
    let after = after.trim_start_matches('/');
    let mut fitting: Vec<(u32, PathBuf)> = std::fs::read_dir(parent)
        .ok()?
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let rest = name.strip_prefix(prefix)?;
            let folder = entry.path().join(after);
            holds_all(&folder).then(|| (version(rest), folder))
        })
        .collect();
    fitting.sort();
    fitting.pop().map(|(_, folder)| folder)
}

/// The first number in a folder's name: 17 in `17`, `@17` and `17.2`; 0 where there is none.
fn version(name: &str) -> u32 {
    let digits: String = name
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn install(folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        for program in NEEDED {
            std::fs::write(folder.join(program), "").unwrap();
        }
    }

    #[test]
    fn the_newest_version_is_taken_by_number_and_not_by_name() {
        let root = tempfile::tempdir().unwrap();
        for version in ["9.6", "10", "16"] {
            install(&root.path().join(version).join("bin"));
        }
        let pattern = format!("{}/*/bin", root.path().display());
        assert_eq!(newest(&pattern), Some(root.path().join("16/bin")));
    }

    #[test]
    fn a_folder_that_lacks_a_program_is_passed_over() {
        let root = tempfile::tempdir().unwrap();
        install(&root.path().join("postgresql@15/bin"));
        let newer = root.path().join("postgresql@17/bin");
        std::fs::create_dir_all(&newer).unwrap();
        std::fs::write(newer.join("postgres"), "").unwrap();
        let pattern = format!("{}/postgresql*/bin", root.path().display());
        assert_eq!(
            newest(&pattern),
            Some(root.path().join("postgresql@15/bin"))
        );
    }
}
