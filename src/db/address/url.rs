//! A database's URL, taken apart as libpq does it (manual, 34.1.1.2): there may be several
//! hosts, which no RFC allows, so that no general parser reads it.

use percent_encoding::percent_decode_str;

use super::AddressError;
use super::AddressError::{Ambiguous, Malformed};
use super::secret::is_setting;

/// The parts of a URL, still percent-encoded.
pub(super) struct Url<'a> {
    pub(super) scheme: &'a str,
    pub(super) user: Option<&'a str>,
    pub(super) password: Option<&'a str>,
    /// `host:port`, or several of them with commas between.
    pub(super) hosts: &'a str,
    /// What stands behind the `/`; `None` where there is none.
    pub(super) path: Option<&'a str>,
    /// Behind the `?`, in their order.
    pub(super) parameters: Vec<(&'a str, &'a str)>,
}

/// Takes a URL apart.
///
/// # Errors
/// It breaks the grammar, or splits in another place than its writer can have meant. The error
/// shows nothing of it.
pub(super) fn split(text: &str) -> Result<Url<'_>, AddressError> {
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Malformed("write %20 for a space in a URL"));
    }
    let (scheme, rest) = text.split_once("://").ok_or(Malformed("it has no ://"))?;
    let (before_query, query) = match rest.split_once('?') {
        Some((before, query)) => (before, query),
        None => (rest, ""),
    };
    let (authority, path) = match before_query.split_once('/') {
        Some((authority, path)) => (authority, Some(path)),
        None => (before_query, None),
    };
    let (userinfo, hosts) = match authority.rsplit_once('@') {
        Some((userinfo, hosts)) => (Some(userinfo), hosts),
        None => (None, authority),
    };
    let (user, password) = match userinfo.map(|it| it.split_once(':').ok_or(it)) {
        Some(Ok((user, password))) => (Some(user), Some(password)),
        Some(Err(user)) => (Some(user), None),
        None => (None, None),
    };
    let of_a_password = |part: Option<&str>, signs: &[char]| part.unwrap_or("").contains(signs);
    if of_a_password(user, &['@'])
        || of_a_password(password, &['@', ':'])
        || of_a_password(path, &['@'])
        || authority.contains('#')
        // libpq knows no fragment; the others do, and would cut the URL short there.
        || (rest.contains('#') && !scheme.starts_with("postgres"))
    {
        return Err(Ambiguous);
    }
    let parameters = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((_, value)) if value.contains('=') => Err(Malformed(
                "a value after the ? contains a '=': write %3D for it",
            )),
            Some(pair) => Ok(pair),
            None if pair.contains('@') => Err(Ambiguous),
            None => Err(Malformed(
                "a parameter after the ? is not of the form key=value",
            )),
        })
        .collect::<Result<Vec<_>, _>>()?;
    // A '?' in a password hides the '@' behind it.
    let holds_a_sign = |(key, value): &(&str, &str)| {
        key.contains('@') || (value.contains('@') && !is_setting(key))
    };
    if userinfo.is_none() && parameters.iter().any(holds_a_sign) {
        return Err(Ambiguous);
    }
    Ok(Url {
        scheme,
        user,
        password,
        hosts,
        path,
        parameters,
    })
}

/// The hosts and the ports of `host:port,host:port`, as libpq's settings take them.
///
/// # Errors
/// A port is none, which may be half a password; a bracket is not closed.
pub(super) fn hosts_and_ports(hosts: &str) -> Result<(String, String), AddressError> {
    let mut names = Vec::new();
    let mut ports = Vec::new();
    for each in hosts.split(',') {
        let (name, port) = match each.strip_prefix('[') {
            Some(inside) => inside
                .split_once(']')
                .filter(|(name, behind)| {
                    !name.is_empty() && (behind.is_empty() || behind.starts_with(':'))
                })
                .map(|(name, behind)| (name, behind.trim_start_matches(':')))
                .ok_or(Malformed("put an IPv6 host in brackets, as in [::1]"))?,
            None => each.split_once(':').unwrap_or((each, "")),
        };
        check_port(port)?;
        names.push(name);
        ports.push(port);
    }
    let ports = match ports.iter().all(|port| port.is_empty()) {
        true => String::new(),
        false => ports.join(","),
    };
    Ok((names.join(","), ports))
}

/// Refuses what is no port, without showing it.
pub(super) fn check_port(port: &str) -> Result<(), AddressError> {
    if port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Ok(());
    }
    Err(Malformed(
        "a port is a number from 1 to 65535; in a password, write %3A for ':'",
    ))
}

/// What a percent-encoded part of a URL says.
///
/// # Errors
/// A `%` begins no code, or the text is not in UTF-8 or holds a NUL, which none of the client
/// libraries takes.
pub(super) fn decoded(part: &str) -> Result<String, AddressError> {
    let is_code = |text: &str| {
        let digits = text.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if part.split('%').skip(1).any(|text| !is_code(text)) {
        return Err(Malformed(
            "write %25 for a '%' that does not start an escape",
        ));
    }
    let text = percent_decode_str(part)
        .decode_utf8()
        .map_err(|_| Malformed("it is not valid UTF-8"))?;
    match text.contains('\0') {
        true => Err(Malformed("a name cannot contain %00")),
        false => Ok(text.into_owned()),
    }
}
