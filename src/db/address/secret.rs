//! What of an address is a secret, and how it is kept out of other people's words.

use std::net::Ipv6Addr;

use super::HIDDEN;

/// Settings whose values may be shown. Whatever is not here is taken for a secret: a parameter
/// that nobody knows may be the tail of a password with a `&` in it.
const PUBLIC: [&str; 32] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "gssencmode",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "load_balance_hosts",
    "passfile",
    "port",
    "replication",
    "require_auth",
    "requirepeer",
    "service",
    "ssl_ca",
    "ssl_cert",
    "ssl_key",
    "ssl_mode",
    "sslcert",
    "sslcertmode",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
    "tcp_user_timeout",
    "unix_socket",
    "user",
];

/// Whether the values of `key` may be shown, as long as they look like such values.
pub(super) fn is_public(key: &str) -> bool {
    PUBLIC.contains(&key)
}

/// Whether a value can be nothing but what its key says.
pub(super) fn may_show(key: &str, value: &str) -> bool {
    let odd: &[char] = match key {
        "user" => &[';', '=', ':'],
        "host" | "hostaddr" | "unix_socket" if value.starts_with(['/', '@']) => &[';', '='],
        "host" | "hostaddr" => {
            let is_one = |host: &str| {
                !host.contains(':')
                    || host
                        .split('%')
                        .next()
                        .is_some_and(|it| it.parse::<Ipv6Addr>().is_ok())
            };
            if !value.split(',').all(is_one) {
                return false;
            }
            &[';', '=', '@']
        }
        _ => &[';', '=', '@', ':'],
    };
    is_public(key) && !value.contains(odd) && !value.contains(char::is_control)
}

/// Whether libpq knows `key`, or we have a name for it.
pub(super) fn is_setting(key: &str) -> bool {
    is_public(key) || matches!(key, "password" | "sslpassword" | "options" | "ssl")
}

/// Replaces `secret` where it stands for itself: a password of one letter is no reason to take
/// that letter out of every word.
pub(super) fn hide(words: &str, secret: &str) -> String {
    let mut hidden = String::new();
    let mut rest = words;
    while let Some(place) = rest.find(secret) {
        let (before, behind) = (&rest[..place], &rest[place + secret.len()..]);
        let is_inside = |neighbour: Option<char>, own: Option<char>| {
            neighbour.is_some_and(char::is_alphanumeric) && own.is_some_and(char::is_alphanumeric)
        };
        let last = hidden.chars().chain(before.chars()).next_back();
        let inside = secret.len() < 6
            && (is_inside(last, secret.chars().next())
                || is_inside(behind.chars().next(), secret.chars().next_back()));
        hidden.push_str(before);
        hidden.push_str(if inside { secret } else { HIDDEN });
        rest = behind;
    }
    hidden + rest
}
