//! Addresses of every form, made at random, each with a marker in its password.

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// In every password, and in nothing else. In small letters, as the name of a parameter may be.
pub(crate) const MARKER: &str = "zqxjmarkerwv";

/// Where nobody listens, so that a refusal comes at once.
const HOST: &str = "127.0.0.1:1";

/// What a password may hold that a form gives a meaning to.
const SIGNS: &[char] = &[
    '@', ':', '/', '?', '#', '%', '&', '=', ';', ' ', '\'', '"', '\\', ',', '+', '[', ']', '.',
    '-', '$', 'ü', 'a', '1',
];

/// How one form writes a password into an address.
type Form = fn(&mut SmallRng, &str) -> String;

pub(crate) const FORMS: &[(&str, Form)] = &[
    ("userinfo of a URL", |random, password| {
        let scheme = pick(random, &["postgres", "postgresql", "mysql", "mariadb"]);
        let query = pick(random, &["", "?", "?sslmode=disable", "?a=b"]);
        format!("{scheme}://u:{password}@{HOST}/d{query}")
    }),
    ("query of a URL", |random, password| {
        let scheme = pick(random, &["postgres", "postgresql", "mysql", "mariadb"]);
        let key = pick(random, &SECRETS);
        let more = pick(random, &["", "&sslmode=disable", "&a=b"]);
        format!("{scheme}://{HOST}/d?user=u&{key}={password}{more}")
    }),
    ("several hosts", |_, password| {
        format!("postgres://u:{password}@{HOST},127.0.0.1:2/d")
    }),
    ("a socket's folder", |_, password| {
        format!("postgres://u:{password}@%2Fnowhere/d")
    }),
    ("keys and values", |random, password| {
        let key = pick(random, &SECRETS);
        let more = pick(random, &["", " sslmode=disable", " a=b"]);
        format!("host=127.0.0.1 port=1 user=u {key}={password}{more}")
    }),
    ("quoted values", |random, password| {
        let key = pick(random, &SECRETS);
        let quoted = password.replace('\\', r"\\").replace('\'', r"\'");
        format!("host = 127.0.0.1 port = 1 {key} = '{quoted}' dbname = d")
    }),
    ("keys and values of others", |random, password| {
        let key = pick(random, &["Password", "Pwd", "password"]);
        let first = pick(random, &["Server=h", "host=h", "Data Source=h", "port=1"]);
        format!("{first};Database=d;User Id=u;{key}={password}")
    }),
    ("a password beside another key", |random, password| {
        let key = pick(random, &["user", "dbname", "sslmode", "host", "port"]);
        let word = pick(random, &["password", "pwd"]);
        format!("host=127.0.0.1 port=1 {key}=x;{word}={password}")
    }),
    ("schemes of others", |random, password| {
        let scheme = pick(
            random,
            &[
                "oracle",
                "sqlserver",
                "mongodb+srv",
                "jdbc:postgresql",
                "postgresql+asyncpg",
            ],
        );
        let rest = pick(random, &["h;user=u;password=", "u:", "h/d?password="]);
        format!("{scheme}://{rest}{password}@h/d")
    }),
    ("no scheme", |random, password| {
        let before = pick(random, &["u:", "postgres:u:", "//u:", "postgres:/u:"]);
        format!("{before}{password}@h/d")
    }),
    ("a SQLite file", |random, password| {
        let before = pick(
            random,
            &[
                "sqlite:x.db?",
                "file:x.db?mode=rw&",
                "sqlite:///x.db?cache=shared&",
            ],
        );
        let key = pick(random, &["password", "key", "hexkey"]);
        format!("{before}{key}={password}")
    }),
    ("a SQLite file of a user's", |random, password| {
        let scheme = pick(random, &["sqlite", "file", "sqlite+pysqlcipher"]);
        format!("{scheme}://u:{password}@h/x.db")
    }),
];

const SECRETS: [&str; 6] = [
    "password",
    "sslpassword",
    "passwd",
    "pwd",
    "oauth_client_secret",
    "options",
];

/// As many addresses of every form.
pub(crate) fn addresses(of_each: usize, seed: u64) -> impl Iterator<Item = (&'static str, String)> {
    let mut random = SmallRng::seed_from_u64(seed);
    (0..of_each).flat_map(|_| FORMS).map(move |(name, form)| {
        let password = password(&mut random);
        (*name, form(&mut random, &password))
    })
}

/// As a user writes it: plain, percent-encoded, or with signs that should have been encoded.
fn password(random: &mut SmallRng) -> String {
    let mut signs = || {
        let number = random.random_range(0..4);
        let signs: String = (0..number).filter_map(|_| SIGNS.choose(random)).collect();
        match random.random_range(0..3) {
            0 => String::new(),
            1 => signs,
            _ => percent_encoding::utf8_percent_encode(&signs, percent_encoding::NON_ALPHANUMERIC)
                .to_string(),
        }
    };
    let (before, behind) = (signs(), signs());
    format!("{before}{MARKER}{behind}")
}

fn pick<'a>(random: &mut SmallRng, from: &[&'a str]) -> &'a str {
    from.choose(random).expect("something to pick from")
}
