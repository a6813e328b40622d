use clap::Args;

use crate::race::{HttpRequest, NoRequest};

/// Sessions that are requests to a web application
#[derive(Debug, Args)]
pub(super) struct HttpArguments {
    /// Request that a session sends to the application of --serve, as in 'POST /buy/1'
    ///
    /// Named once, all sessions send it; named several times, each sends its own. `{session}` stands
    /// for the session's number in the path, the headers and the body.
    #[arg(
        long,
        value_name = "METHOD PATH",
        requires = "serve",
        conflicts_with_all = ["command", "session", "worker"]
    )]
    http: Vec<String>,
    /// Shell command that starts the application, at the port in PORT
    ///
    /// Each session has an instance of its own, which stays over all orders. It must take requests
    /// on 127.0.0.1.
    #[arg(long, value_name = "COMMAND", requires = "http")]
    serve: Option<String>,
    /// Have one instance of the application serve all sessions, with one pool of connections
    ///
    /// Only one session at a time is then at work in its code, and what comes out of it is that
    /// session's. The requests carry a `traceparent` header; statements that repeat it in a comment,
    /// or in application_name, need no such guess.
    #[arg(long, requires = "http", hide_short_help = true)]
    pub(super) one_instance: bool,
    /// Path that answers once the application is ready [default: when it takes connections]
    #[arg(long, value_name = "PATH", requires = "http", hide_short_help = true)]
    ready: Option<String>,
    /// Header of the requests, as in 'Content-Type: application/json'; repeatable
    #[arg(
        long,
        value_name = "NAME: VALUE",
        requires = "http",
        hide_short_help = true
    )]
    header: Vec<String>,
    /// Body of the requests
    #[arg(long, value_name = "TEXT", requires = "http", hide_short_help = true)]
    body: Option<String>,
}

impl HttpArguments {
    /// The requests; none where sessions are programs.
    pub(super) fn requests(&self) -> Result<Vec<HttpRequest>, NoRequest> {
        let headers: Vec<(String, String)> = (self.header.iter())
            .map(|text| HttpRequest::header(text))
            .collect::<Result<_, _>>()?;
        let ready = self.ready.as_deref().map(HttpRequest::of).transpose()?;
        let one = |text: &String| {
            Ok(HttpRequest {
                serve: self.serve.clone().unwrap_or_default(),
                headers: headers.clone(),
                body: self.body.clone(),
                ready: ready.as_ref().map(|ready| ready.path.clone()),
                ..HttpRequest::of(text)?
            })
        };
        self.http.iter().map(one).collect()
    }
}
