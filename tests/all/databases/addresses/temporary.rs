//! Private databases live below a TMPDIR of any name, or elsewhere where that cannot be.

use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lockbench::db::Backend;

use crate::common;

/// Makes a folder that every user may write to, as the system's temporary one.
fn make(path: &Path) {
    std::fs::create_dir_all(path).expect("a folder");
    std::fs::set_permissions(path, Permissions::from_mode(0o1777)).expect("permissions");
}

/// Sells on a private database of every kind with this TMPDIR. Gives where each of them was.
fn places(current: &Path, temporary: &Path) -> Vec<String> {
    let mut places = Vec::new();
    for backend in common::backends() {
        let name = match backend {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
            Backend::Mysql => "mariadb",
        };
        let done = common::lockbench()
            .current_dir(current)
            .env("TMPDIR", temporary)
            .args([
                "run",
                "--strategy",
                "atomic",
                "--no-control",
                "--orders",
                "20",
            ])
            .args(["--format", "json", "--database", name])
            .assert()
            .success();
        let report: serde_json::Value =
            serde_json::from_slice(&done.get_output().stdout).expect("a report");
        places.push(
            report["database"]["url"]
                .as_str()
                .expect("a URL")
                .to_owned(),
        );
        let left = std::fs::read_dir(current.join(temporary)).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{name} below {}", temporary.display());
    }
    places
}

fn base() -> tempfile::TempDir {
    let base = tempfile::Builder::new()
        .prefix("lb-")
        .tempdir_in("/tmp")
        .expect("a folder");
    make(base.path());
    base
}

#[test]
fn a_temporary_folder_may_have_any_name() {
    let base = base();
    for name in ["a?#b50%41%", "it's\"$(x)&`y`@ü[*]~", "a;b=c", r"a\b, c"] {
        let temporary = base.path().join(name);
        make(&temporary);
        let places = places(base.path(), &temporary);
        let beginning = base.path().to_str().expect("a path in UTF-8");
        assert!(places[0].contains(beginning), "{places:?}");
        // Where a server can live, it does; a socket's list and a script take these apart.
        if !name.contains([' ', '\\', ',']) {
            let beginning = beginning.replace('/', "%2F");
            for place in &places[1..] {
                let hidden = name.contains([';', '=']) && place.contains("***");
                assert!(place.contains(&beginning) || hidden, "{place}");
            }
        }
    }
    let odd = base.path().join(std::ffi::OsStr::from_bytes(b"\xFF"));
    make(&odd);
    places(base.path(), &odd);
}

#[test]
fn a_temporary_folder_may_be_relative_or_too_long_for_a_socket() {
    let base = base();
    make(&base.path().join("near"));
    let near = places(base.path(), Path::new("near"));
    assert!(near[0].contains("/near/"), "{near:?}");
    let long = base.path().join("x".repeat(90));
    make(&long);
    let places = places(base.path(), &long);
    assert!(places[0].contains("xxx"), "{places:?}");
    for server in &places[1..] {
        assert!(!server.contains("xxx"), "{server}");
    }
}
