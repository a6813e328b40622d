//! Addresses of SQLite files.

use super::super::Address;
use super::*;

fn parse(text: &str) -> Result<Address, AddressError> {
    text.parse()
}

fn file(text: &str) -> SqliteFile {
    match parse(text) {
        Ok(Address::SqliteFile(file)) => file,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_sqlite_file_is_named_as_sqlite_sqlx_and_sqlalchemy_name_it() {
    for (text, path) in [
        ("sqlite:shop.db", "shop.db"),
        ("sqlite:/tmp/shop.db", "/tmp/shop.db"),
        ("sqlite://shop.db", "shop.db"),
        ("sqlite:///shop.db", "shop.db"),
        ("sqlite:////tmp/shop.db", "/tmp/shop.db"),
        ("sqlite:a%20b%3fc%25.db", "a b?c%.db"),
        ("sqlite:100%.db", "100%.db"),
        ("sqlite:a#b.db?mode=rwc", "a#b.db"),
        ("sqlite:file:shop.db", "shop.db"),
        ("sqlite:///file:shop.db?uri=true", "shop.db"),
        ("file:shop.db", "shop.db"),
        ("file:/tmp/shop.db", "/tmp/shop.db"),
        ("file:///tmp/shop.db", "/tmp/shop.db"),
        ("file://localhost/tmp/shop.db?cache=private", "/tmp/shop.db"),
        ("sqlite:./:memory:", "./:memory:"),
    ] {
        assert_eq!(file(text).path(), Path::new(path), "{text}");
    }
    let other = |text| file(text).other_reading().map(Path::to_owned);
    assert_eq!(other("sqlite:///shop.db"), Some("/shop.db".into()));
    assert_eq!(other("sqlite:////shop.db"), None);
    assert_eq!(other("sqlite:/shop.db"), None);
}

#[test]
fn the_mode_of_a_sqlite_file_says_what_may_be_done_with_it() {
    for (text, read_only, may_be_made) in [
        ("sqlite:x", false, true),
        ("sqlite:x?mode=rwc", false, true),
        ("sqlite:x?mode=rw", false, false),
        ("file:x?mode=ro", true, false),
        ("sqlite:x?immutable=1", true, false),
        ("sqlite:x?immutable=0&mode=rw", false, false),
    ] {
        let file = file(text);
        assert_eq!(file.is_read_only(), read_only, "{text}");
        assert_eq!(file.may_be_made(), may_be_made, "{text}");
    }
}

#[test]
fn what_is_not_understood_of_a_sqlite_address_is_refused_by_name() {
    for (text, named) in [
        ("sqlite:x?nolock=1", "`nolock=…`"),
        ("sqlite:x?vfs=unix-none", "`vfs=…`"),
        ("sqlite:x?mode=rx", "`mode=…`"),
        ("sqlite:x?cache=some", "`cache=…`"),
        ("sqlite:x?key=secret", "`key=…`"),
        ("sqlite:x?secret", "`…=…`"),
        ("sqlite:x?mode=rw&mode=ro", "twice"),
        ("file:x#secret", "'#'"),
        ("file://h/x?password=secret", "no host but localhost"),
        ("sqlite://u:secret@h/x", "no user and no host"),
        ("sqlite:x%00y", "%00"),
    ] {
        let said = parse(text).expect_err(text).to_string();
        assert!(said.contains(named) && !said.contains("secret"), "{said}");
    }
    for nothing in [
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "file:",
        "file://",
        "sqlite:?mode=rw",
    ] {
        assert_eq!(parse(nothing), Err(AddressError::NoPath), "{nothing}");
    }
    for memory in [
        "sqlite::memory:",
        "file::memory:",
        "sqlite:x?mode=memory",
        "sqlite://:memory:",
    ] {
        assert_eq!(parse(memory), Err(AddressError::InMemory), "{memory}");
    }
}

/// Our own processes are given the address as a text.
#[test]
fn every_path_survives_being_written_down() {
    let mut name: Vec<u8> = (1..=255).filter(|byte| *byte != b'/').collect();
    name.splice(0..0, *b"/tmp/");
    let odd = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(&name);
    for path in [
        Path::new("shop.db"),
        Path::new("/tmp/a b?c#d%41%.db"),
        Path::new("//tmp/x"),
        Path::new("file:x"),
        Path::new("?mode=ro"),
        Path::new(odd),
    ] {
        let written = SqliteFile::from(path.to_owned()).text();
        assert_eq!(file(&written).path(), path, "{written}");
    }
    for text in [
        "sqlite:x?mode=ro",
        "sqlite:x?mode=rw&cache=shared&immutable=1",
    ] {
        assert_eq!(file(text).text(), text);
    }
}
