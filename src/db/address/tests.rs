//! Addresses that are understood, and those that are refused.

use super::*;

fn parse(text: &str) -> Result<Address, AddressError> {
    text.parse()
}

fn server(text: &str) -> ServerAddress {
    match parse(text) {
        Ok(Address::Postgres(address)) => address,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn words_and_urls_name_databases() {
    assert_eq!(parse("sqlite"), Ok(Address::PrivateSqlite));
    assert_eq!(parse("postgres"), Ok(Address::PrivatePostgres));
    for url in [
        "postgres://h/d",
        "postgresql://u:p@h:1/d?sslmode=require",
        "postgres://u@%2Ftmp%2Fx/d",
        "postgres://u@h/d?options=-c%20a%3Db&user=a@b",
        "host=h user=u dbname=d",
    ] {
        assert_eq!(server(url).text(), url);
    }
}

#[test]
fn what_names_no_database_is_refused() {
    assert_eq!(
        parse("oracle://h/d"),
        Err(AddressError::Unknown("oracle://…".to_owned()))
    );
    assert_eq!(
        parse("sqilte"),
        Err(AddressError::Unknown("sqilte".to_owned()))
    );
    assert!(matches!(
        parse("./shop.db"),
        Err(AddressError::LooksLikeFile(_))
    ));
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
        let understood = parse(url).expect(url);
        assert!(matches!(understood, Address::Mysql(_)), "{url}");
        assert_eq!(understood.text(), "mysql://u:p@h/d?unix_socket=%2Fs");
    }
    for nameless in ["mysql://u@h", "mysql://u@h/?dbname=d"] {
        assert!(matches!(parse(nameless), Err(AddressError::NoDatabase(_))));
    }
    for url in ["mysql://u:p@ss@h/d", "mysql://u:p@h/d#secret"] {
        assert_eq!(parse(url), Err(AddressError::Ambiguous), "{url}");
    }
    assert_eq!(redact("mysql://u:secret@h/d?"), "mysql://u:***@h/d");
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
        "postgres://u:1?a=ss@h/d",
        "postgres://u:pa#ss@h/d",
    ] {
        assert_eq!(parse(url), Err(AddressError::Ambiguous), "{url}");
    }
}

#[test]
fn a_url_says_to_libpq_what_libpq_reads_in_it() {
    for (url, settings) in [
        ("postgres://u@h/d?", "user=u host=h dbname=d"),
        (
            "postgres://u:a%20%27b@h:1/d",
            r"user=u password='a \'b' host=h port=1 dbname=d",
        ),
        (
            "postgres://h1:1,[::1]:2,h3/d",
            "host=h1,::1,h3 port=1,2, dbname=d",
        ),
        (
            "postgres:///d?host=/tmp&ssl=true",
            "dbname=d host=/tmp sslmode=require",
        ),
        ("postgres://?user=u%5C", r"user='u\\'"),
        (
            r"host = h password='a \' b' user=a\ b",
            r"host=h password='a \' b' user='a b'",
        ),
    ] {
        assert_eq!(server(url).for_libpq(&[]), settings, "{url}");
    }
    let defaults = [("connect_timeout", "4"), ("application_name", "lockbench")];
    assert_eq!(
        server("postgres://h/d?connect_timeout=2").for_libpq(&defaults),
        "host=h dbname=d connect_timeout=2 application_name=lockbench"
    );
}

#[test]
fn what_breaks_the_grammar_is_refused_without_being_shown() {
    for text in [
        "postgres://u:secret",
        "postgres://u:99999/secret",
        "postgres://h/d?secret",
        "postgres://h/d?a=b=secret",
        "postgres://h/%secret",
        "postgres://h/d%00secret",
        "postgres://[::1/secret",
        "postgres://h/d password=secret",
        "host=h;password=secret",
        "host=h secret",
        "host=h password='secret",
        "port=1;secret",
    ] {
        let said = parse(text).expect_err(text).to_string();
        assert!(said.contains("this address is malformed"), "{text}: {said}");
        assert!(!said.contains("secret"), "{text}: {said}");
    }
}

#[test]
fn a_password_is_never_shown() {
    for (url, shown) in [
        ("postgres://u:secret@h/d", "postgres://u:***@h/d"),
        ("postgres://u:sec@ret@h/d", "postgres://…"),
        (
            "postgres://h/d?password=sec@ret&sslmode=prefer",
            "postgres://h/d?password=***&sslmode=prefer",
        ),
        ("postgres://h/d?sslmod=a", "postgres://h/d?sslmod=***"),
        (
            "postgres://h/d?password=a&secret=b",
            "postgres://h/d?password=***&…=***",
        ),
        ("oracle://u:secret@h", "oracle://…"),
        ("postgres://u@h/d", "postgres://u@h/d"),
        (
            "host=h password='a b' dbname=d",
            "host=h password=*** dbname=d",
        ),
        ("user=u:secret host=h:secret", "user=*** host=***"),
        ("Server=h;Password=secret", "…"),
        ("u:secret@h/d", "…"),
        ("sqlite", "sqlite"),
    ] {
        assert_eq!(redact(url), shown);
    }
}

#[test]
fn a_server_cannot_quote_a_password_either() {
    let address = server("postgres://u:a%2Fbc@h/d?options=-cx%3Dy");
    for (words, shown) in [
        (r#"no "a/bc" here, nor a%2Fbc"#, r#"no "***" here, nor ***"#),
        ("-cx=y is no option", "*** is no option"),
        ("u at h cannot reach d", "u at h cannot reach d"),
    ] {
        assert_eq!(address.without_secrets(words), shown);
    }
    // What is shown in its own place is no secret, and a letter is none inside of a word.
    let address = server("postgres://postgres:postgres@h/postgres");
    assert_eq!(address.without_secrets("no postgres"), "no postgres");
    let address = server("postgres://u:e@h/d");
    assert_eq!(address.without_secrets("here is e"), "here is ***");
}

#[test]
fn a_word_of_a_command_line_is_an_address_or_left_alone() {
    for (word, shown) in [
        (
            "--database=postgres://u:secret@h/d",
            "--database=postgres://u:***@h/d",
        ),
        (
            "--databse=host=h password=secret",
            "--databse=host=h password=***",
        ),
        ("Password=secret", "…"),
        ("u:secret@h", "…"),
        ("-dpostgres://u:secret@h/d", "-dpostgres://u:***@h/d"),
        ("-d=host=h options=secret", "-d=host=h options=***"),
        ("file:x?mode=rw&key=secret", "file:…"),
        ("1@40%", "1@40%"),
        ("--strategy=atomic", "--strategy=atomic"),
        ("a b?c", "a b?c"),
        ("1..20", "1..20"),
    ] {
        assert_eq!(redact_word(word), shown);
    }
}
