//! Where a server's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

/// What is looked for, and where.
pub(super) struct Wanted {
    product: &'static str,
    /// Names a folder that is to be used instead of whatever would be found.
    variable: &'static str,
    needed: &'static [&'static str],
    /// A program that prints the folder, and how to ask it.
    config: Option<(&'static str, &'static str)>,
    /// Usual folders; `*` stands for the rest of one folder's name, and the highest number
    /// comes first.
    usual: &'static [&'static str],
    /// How to install it.
    install: &'static str,
}

/// PostgreSQL: folders of Debian and Ubuntu, Fedora and Red Hat, Homebrew, and PostgreSQL's
/// own packages.
pub(super) const POSTGRES: Wanted = Wanted {
    product: "PostgreSQL",
    variable: "LOCKBENCH_POSTGRES_BIN",
    needed: &["initdb", "postgres"],
    config: Some(("pg_config", "--bindir")),
    usual: &[
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/usr/lib64/pgsql/bin",
        "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin",
        "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        "/usr/local/pgsql/bin",
    ],
    install: "Debian: `apt install postgresql`, Fedora: `dnf install postgresql-server`, macOS: `brew install postgresql`",
};

/// What fills a database with a dump; it need not be in the server's folder.
#[cfg(feature = "cli")]
const POSTGRES_CLIENTS: Wanted = Wanted {
    needed: &["psql", "pg_restore"],
    ..POSTGRES
};

/// A client program of PostgreSQL's.
///
/// # Errors
/// It is not on this machine; the message says how to get it.
#[cfg(feature = "cli")]
pub(crate) fn client_program(name: &str) -> Result<PathBuf> {
    POSTGRES_CLIENTS.find().map(|programs| programs.path(name))
}

/// MariaDB: folders of the distributions, Homebrew, and MariaDB's own packages.
#[cfg(feature = "mysql")]
pub(super) const MARIADB: Wanted = Wanted {
    product: "MariaDB",
    variable: "LOCKBENCH_MARIADB_BIN",
    needed: &["mariadb-install-db", "mariadbd"],
    config: None,
    usual: &[
        "/usr/bin",
        "/opt/homebrew/opt/mariadb*/bin",
        "/usr/local/opt/mariadb*/bin",
        "/home/linuxbrew/.linuxbrew/opt/mariadb*/bin",
        "/usr/local/mysql/bin",
    ],
    install: "Debian: `apt install mariadb-server`, Fedora: `dnf install mariadb-server`, macOS: `brew install mariadb`",
};

/// A client program of MariaDB's, or MySQL's: the first of its names that is there.
///
/// # Errors
/// It is not on this machine; the message says how to get it.
#[cfg(all(feature = "cli", feature = "mysql"))]
pub(crate) fn mariadb_client(names: [&'static str; 2]) -> Result<PathBuf> {
    let found = [MARIADB, MYSQL].iter().find_map(|wanted| {
        let programs = wanted.find().ok()?;
        let mut names = names.iter();
        names.find_map(|name| programs.other(wanted.needed[0], name))
    });
    match found {
        Some(path) => Ok(path),
        None => bail!(
            "{} is not on this machine: install MariaDB's client programs",
            names[0]
        ),
    }
}

/// MySQL, whose server makes its own files; taken where there is no MariaDB.
#[cfg(feature = "mysql")]
pub(super) const MYSQL: Wanted = Wanted {
    needed: &["mysqld"],
    product: "MySQL",
    usual: &[
        "/usr/sbin",
        "/opt/homebrew/opt/mysql*/bin",
        "/usr/local/opt/mysql*/bin",
        "/usr/local/mysql/bin",
    ],
    ..MARIADB
};

/// A folder that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Programs {
    folder: PathBuf,
}

impl Wanted {
    /// Finds the folder of the programs.
    ///
    /// # Errors
    /// There is none; the message says how to get them.
    pub(super) fn find(&self) -> Result<Programs> {
        let names = self.needed.join(" and ");
        if let Some(folder) = std::env::var_os(self.variable) {
            let folder = PathBuf::from(folder);
            if self.are_in(&folder) {
                return Ok(Programs { folder });
            }
            bail!(
                "{} is {}, which does not contain {names}",
                self.variable,
                folder.display()
            );
        }
        let found = self
            .on_path()
            .or_else(|| self.config_folder())
            .or_else(|| self.usual.iter().find_map(|pattern| self.newest(pattern)));
        match found {
            Some(folder) => Ok(Programs { folder }),
            None => bail!(
                "{}'s programs ({names}) are not on this machine: install them ({}), \
                 set {} to their folder, or give the URL of an existing server",
                self.product,
                self.install,
                self.variable
            ),
        }
    }

    fn are_in(&self, folder: &Path) -> bool {
        self.needed
            .iter()
            .all(|program| near(folder, program).is_some())
    }

    fn on_path(&self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| self.are_in(folder))
    }

    fn config_folder(&self) -> Option<PathBuf> {
        let (program, question) = self.config?;
        let answer = Command::new(program).arg(question).output().ok()?;
        let folder = PathBuf::from(String::from_utf8(answer.stdout).ok()?.trim());
        self.are_in(&folder).then_some(folder)
    }

    /// The folder that fits `pattern` and has the highest version number in its name.
    fn newest(&self, pattern: &str) -> Option<PathBuf> {
        let Some((before, after)) = pattern.split_once('*') else {
            return Some(PathBuf::from(pattern)).filter(|folder| self.are_in(folder));
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
                self.are_in(&folder).then(|| (version(rest), folder))
            })
            .collect();
        fitting.sort();
        fitting.pop().map(|(_, folder)| folder)
    }
}

impl Programs {
    /// Where one of the needed programs is.
    pub(super) fn path(&self, program: &str) -> PathBuf {
        near(&self.folder, program).unwrap_or_else(|| self.folder.join(program))
    }

    /// Where one is that was not needed: beside `needed`, where that really is if the folder only
    /// holds a link to it, or on the PATH.
    pub(super) fn other(&self, needed: &str, other: &str) -> Option<PathBuf> {
        let real = self.path(needed).canonicalize().ok();
        let real = real.as_deref().and_then(Path::parent);
        let path = std::env::var_os("PATH").unwrap_or_default();
        near(&self.folder, other)
            .or_else(|| near(real?, other))
            .or_else(|| std::env::split_paths(&path).find_map(|folder| near(&folder, other)))
    }
}

/// A program in `folder` or in one beside it: servers are in `sbin` on Debian and in `libexec`
/// on Fedora, apart from what starts them.
fn near(folder: &Path, program: &str) -> Option<PathBuf> {
    [".", "../sbin", "../libexec"]
        .iter()
        .map(|place| folder.join(place).join(program))
        .find(|path| path.is_file())
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
        for program in POSTGRES.needed {
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
        assert_eq!(POSTGRES.newest(&pattern), Some(root.path().join("16/bin")));
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
            POSTGRES.newest(&pattern),
            Some(root.path().join("postgresql@15/bin"))
        );
    }

    #[cfg(feature = "mysql")]
    #[test]
    fn a_server_beside_the_folder_of_the_other_programs_is_found() {
        let root = tempfile::tempdir().unwrap();
        for program in ["bin/mariadb-install-db", "sbin/mariadbd"] {
            let path = root.path().join(program);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let bin = root.path().join("bin");
        let found = MARIADB.newest(bin.to_str().unwrap());
        assert_eq!(found, Some(bin.clone()));
        assert_eq!(
            Programs {
                folder: bin.clone()
            }
            .path("mariadbd"),
            bin.join("../sbin/mariadbd")
        );
    }
}
