//! What is to be raced.

use std::sync::Arc;

use super::edits::Edits;
use super::environment::Environment;
use super::trace;
use crate::db::IsolationLevel;
use crate::db::address::redact_word;
use crate::explore::Inside;

/// What is to be raced, and what is right.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The command of each session.
    pub sessions: Vec<SessionCommand>,
    /// The isolation level of every transaction that names none.
    pub isolation: Option<IsolationLevel>,
    /// Whether every statement is a step, and not only those that can matter to others.
    pub every_statement: bool,
    /// Which statements are stopped inside, too: after they have read, before each row that they
    /// write.
    pub(crate) inside: Inside,
    /// Whether schedules are left out that are equivalent to others.
    pub prunes: bool,
    /// Columns that are not looked at, as `table.column`.
    pub ignored: Vec<String>,
    /// SQL that gives no row, or only true, where a state is right.
    pub invariants: Vec<String>,
    /// The exit codes that a session may end with; none: any.
    pub expected_exits: Vec<i32>,
    /// Whether each command stays, and does its work once for each line that it is sent.
    pub worker: bool,
    /// Whether one instance of the application serves all sessions.
    pub one_instance: bool,
    /// The variables by which programs find the database.
    pub environment: Environment,
    /// What becomes of the statements on their way to the server.
    pub(crate) edits: Arc<Edits>,
    /// Whether a session that is refused for another's sake is run again.
    pub(crate) retries: bool,
}

/// The command of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCommand {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// The same as its user has written it, without the passwords of addresses in it.
    pub shown: String,
    /// The request, where the program is a web application that stays.
    pub http: Option<HttpRequest>,
}

/// A request to a web application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// The shell command that starts the application, at the port in `PORT`.
    pub serve: String,
    /// GET, POST, …
    pub method: String,
    /// The path and the query.
    pub path: String,
    /// What it contains besides.
    pub headers: Vec<(String, String)>,
    /// What it brings.
    pub body: Option<String>,
    /// The path that answers once the application is ready; `None`: it takes connections then.
    pub ready: Option<String>,
}

/// Where a request's text stands for the number of its session, from 1.
const SESSION: &str = "{session}";

/// A text that is no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRequest {
    /// It has no path.
    #[error("'{0}' is no request: write the method and the path, as in 'POST /buy/1'")]
    NoPath(String),
    /// It names a host.
    #[error(
        "'{0}' names a host: write the path alone, as in 'POST /buy/1'. Each session has an \
         instance of the application of its own, at the port in PORT"
    )]
    NamesHost(String),
    /// A header that is none.
    #[error("'{0}' is no header: write 'Name: value'")]
    NoHeader(String),
}

impl HttpRequest {
    /// Understands `POST /buy/1`; without a method it is GET.
    ///
    /// # Errors
    /// It is none.
    pub fn of(text: &str) -> Result<Self, NoRequest> {
        let (method, path) = text.trim().split_once(' ').unwrap_or(("GET", text.trim()));
        let path = path.trim();
        if path.contains("://") {
            return Err(NoRequest::NamesHost(text.to_owned()));
        }
        if !path.starts_with('/') || path.contains(char::is_whitespace) {
            return Err(NoRequest::NoPath(text.to_owned()));
        }
        Ok(Self {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            ..Self::default()
        })
    }

    /// Understands `Name: value`.
    ///
    /// # Errors
    /// It is no header.
    pub fn header(text: &str) -> Result<(String, String), NoRequest> {
        let parts = text
            .split_once(':')
            .filter(|(name, _)| !name.trim().is_empty());
        let (name, value) = parts.ok_or_else(|| NoRequest::NoHeader(text.to_owned()))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    }

    /// The same for the session with that number, from 1, which stands for `{session}` in it, and
    /// is known by its trace.
    pub(super) fn for_session(&self, number: usize) -> Self {
        let filled = |text: &String| text.replace(SESSION, &number.to_string());
        let headers = self.headers.iter();
        let mut headers: Vec<(String, String)> = headers
            .map(|(name, value)| (name.clone(), filled(value)))
            .collect();
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(trace::HEADER))
        {
            headers.push((trace::HEADER.to_owned(), trace::parent_of(number)));
        }
        Self {
            path: filled(&self.path),
            headers,
            body: self.body.as_ref().map(filled),
            ..self.clone()
        }
    }
}

impl SessionCommand {
    /// A command that a shell takes apart.
    pub fn for_the_shell(text: &str) -> Self {
        Self {
            words: vec!["/bin/sh".to_owned(), "-c".to_owned(), text.to_owned()],
            shown: for_people(text),
            http: None,
        }
    }

    /// A request to a web application.
    pub fn request(request: HttpRequest) -> Self {
        Self {
            shown: format!("{} {}", request.method, request.path),
            words: Self::for_the_shell(&request.serve).words,
            http: Some(request),
        }
    }

    /// A program and its arguments.
    pub fn of(words: &[String]) -> Self {
        Self {
            words: words.to_vec(),
            shown: without_passwords(words.iter().map(String::as_str)),
            http: None,
        }
    }
}

/// A shell command without the passwords of addresses in it.
pub(super) fn for_people(command: &str) -> String {
    without_passwords(command.split(' '))
}

fn without_passwords<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(redact_word).collect();
    words.join(" ")
}
