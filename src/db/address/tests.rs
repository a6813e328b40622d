//! Addresses that are understood, and those that are refused.

use super::*;

fn parse(text: &str) -> Result<Address, AddressError> {
    text.parse()
}

#[test]
fn words_and_urls_name_databases() {
    assert_eq!(parse("sqlite"), Ok(Address::PrivateSqlite));
    assert_eq!(
        parse("sqlite:shop.db"),
        Ok(Address::SqliteFile("shop.db".into()))
    );
    assert_eq!(
        parse("sqlite:///tmp/shop.db"),
        Ok(Address::SqliteFile("/tmp/shop.db".into()))
    );
    assert_eq!(parse("postgres"), Ok(Address::PrivatePostgres));
    for url in [
        "postgres://h/d",
        "postgresql://u:p@h:1/d?sslmode=require",
        "postgres://u@%2Ftmp%2Fx/d",
        "postgres://u@h/d?options=-c%20a%3Db&user=a@b",
    ] {
        assert_eq!(parse(url), Ok(Address::Postgres(url.to_owned())), "{url}");
    }
}

#[test]
fn what_names_no_database_is_refused() {
    assert!(matches!(
        parse("oracle://h/d"),
        Err(AddressError::Unknown(_))
    ));
    assert!(matches!(parse("sqilte"), Err(AddressError::Unknown(_))));
    assert!(matches!(
        parse("./shop.db"),
        Err(AddressError::LooksLikeFile(_))
    ));
    assert_eq!(parse("sqlite:"), Err(AddressError::NoPath));
    assert_eq!(parse("sqlite::memory:"), Err(AddressError::InMemory));
}

#[cfg(feature = "mysql")]
#[test]
fn both_names_of_mariadb_are_understood() {
    assert_eq!(parse("mariadb"), Ok(Address::PrivateMariadb));
    assert_eq!(parse("mysql"), Ok(Address::PrivateMariadb));
    for url in [
        "mysql://u:p@h/d?unix_socket=%2Fs",
        "mariadb://u:p@h/d?unix_socket=%2Fs",
    ] {
        let understood = Address::Mysql("mysql://u:p@h/d?unix_socket=%2Fs".to_owned());
        assert_eq!(parse(url), Ok(understood), "{url}");
    }
    assert!(matches!(
        parse("mysql://u@h"),
        Err(AddressError::NoDatabase(_))
    ));
    assert!(matches!(
        parse("mysql://u@h/?unix_socket=%2Fs"),
        Err(AddressError::NoDatabase(_))
    ));
    assert_eq!(parse("mysql://u:p@ss@h/d"), Err(AddressError::Ambiguous));
}

#[cfg(not(feature = "mysql"))]
#[test]
fn without_the_client_library_mariadb_is_refused_with_the_way_to_get_it() {
    for name in ["mariadb", "mysql", "mysql://u:p@h/d", "mariadb://h/d"] {
        assert_eq!(parse(name), Err(AddressError::NotBuiltIn), "{name}");
    }
}

#[test]
fn a_password_that_would_split_the_url_is_refused() {
    for url in [
        "postgres://u:p@ss@h/d",
        "postgres://u:pa/ss@h/d",
        "postgres://u:pa:ss@h/d",
        "postgres://u:pa?ss@h/d",
        "postgres://u:pa#ss@h/d",
    ] {
        assert_eq!(parse(url), Err(AddressError::Ambiguous), "{url}");
    }
}

#[test]
fn a_password_is_never_shown() {
    for (url, shown) in [
        ("postgres://u:secret@h/d", "postgres://u:***@h/d"),
        ("postgres://u:sec@ret@h/d", "postgres://u:***@h/d"),
        (
            "postgres://h/d?password=secret&a=b",
            "postgres://h/d?password=***&a=b",
        ),
        ("oracle://u:secret@h", "oracle://u:***@h"),
        ("mysql://u:secret@h/d", "mysql://u:***@h/d"),
        ("postgres://u@h/d", "postgres://u@h/d"),
    ] {
        assert_eq!(redact(url), shown);
    }
}
