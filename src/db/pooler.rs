//! Finding out whether a pooler stands between us and the server, one that lends its sessions
//! for a transaction or a statement instead of for as long as a client stays.

use anyhow::Result;
use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::result::Error;

use super::{AnyConnection, advisory};

/// What a pooler says where one session would have said something else, or nothing.
const WORDS: [&str; 3] = [
    // PgBouncer, where it pools by the statement.
    "transaction blocks not allowed",
    // The server, when what one session has prepared is asked of another.
    "prepared statement",
    "Unknown prepared statement handler",
];

/// Looks at which of the server's sessions two connections reach, and gives what shows that a
/// pooler chooses them; `None` where each connection has its own.
///
/// A pool that lends what came back last lends the same session to both; one that takes turns,
/// or is in demand, lends several to one. In the end one connection keeps a session busy, so
/// that the other must get another one. Nothing is changed in any session.
///
/// # Errors
/// The server cannot be reached, or refuses.
pub(super) fn find(connect: &mut dyn FnMut() -> Result<AnyConnection>) -> Result<Option<String>> {
    let (mut one, mut other) = (connect()?, connect()?);
    match look(&mut one, &mut other) {
        Err(error) if WORDS.iter().any(|words| error.to_string().contains(words)) => {
            Ok(Some(error.to_string().trim().to_owned()))
        }
        // Whoever does not number its sessions is taken as it is.
        Err(Error::DatabaseError(..)) => Ok(None),
        found => Ok(found?),
    }
}

fn look(one: &mut AnyConnection, other: &mut AnyConnection) -> QueryResult<Option<String>> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        ours.push(advisory::session(one)?);
        ours.push(advisory::session(one)?);
        theirs.push(advisory::session(other)?);
    }
    if let Some(evidence) = compare(&ours, &theirs) {
        return Ok(Some(evidence));
    }
    other.batch_execute("BEGIN")?;
    theirs.push(advisory::session(other)?);
    ours.push(advisory::session(one)?);
    other.batch_execute("ROLLBACK")?;
    theirs.push(advisory::session(other)?);
    Ok(compare(&ours, &theirs))
}

fn compare(ours: &[i64], theirs: &[i64]) -> Option<String> {
    for sessions in [ours, theirs] {
        if let Some(another) = sessions.iter().find(|session| **session != sessions[0]) {
            let first = sessions[0];
            return Some(format!(
                "one connection reached two server sessions, {first} and {another}"
            ));
        }
    }
    let shared = ours.iter().find(|session| theirs.contains(session))?;
    Some(format!(
        "two connections reached the same server session, {shared}"
    ))
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn only_a_session_each_is_no_evidence() {
        assert_eq!(compare(&[1, 1], &[2, 2]), None);
        assert!(compare(&[1, 2], &[3, 3]).is_some());
        assert!(compare(&[1, 1], &[2, 3]).is_some());
        assert!(compare(&[1, 1], &[1, 1]).is_some());
    }
}
