//! A web application that stays, and does a session's work once for each request that it is sent.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::{self, Request};

use super::program::{Answers, Ending, Program, end, group_of};
use super::request::{HttpRequest, for_people};

/// How long it may take to get ready.
const GETTING_READY: Duration = Duration::from_secs(120);

/// Between two looks at whether it is.
const PAUSE: Duration = Duration::from_millis(20);

/// The longest answer that is read: more than a sentence is not shown anyway.
const LONGEST_ANSWER: u64 = 1 << 20;

/// Starts the application, and beside it in its group who ends that group once nothing more can
/// come through a pipe: when we are gone, in whatever way. An application would not end by itself.
const WATCHED: &str = r#"
exec 3<&0
{ cat <&3 >/dev/null; kill -s KILL 0; } &
exec 3<&- </dev/null
exec /bin/sh -c "$1"
"#;

/// A web application. Dropping it ends it.
pub(super) struct Application {
    /// With the pipe that tells whether we are there.
    child: Child,
    agent: Agent,
    port: u16,
    /// Where its standard error goes.
    log: PathBuf,
}

impl Application {
    /// Starts it at a port of its own, and waits until it takes requests there.
    ///
    /// # Errors
    /// It does not get ready, in a sentence.
    pub(super) fn start(program: &Program, request: &HttpRequest) -> Result<Self, String> {
        let port = free_port().map_err(|error| format!("no port is free: {error}"))?;
        let mut program = program.clone();
        program
            .variables
            .push(("PORT".to_owned(), port.to_string()));
        program.command.words = [
            "/bin/sh",
            "-c",
            WATCHED,
            "lockbench-application",
            &request.serve,
        ]
        .map(str::to_owned)
        .to_vec();
        let mut application = Self {
            child: program.start_with(Stdio::piped(), Stdio::null())?,
            agent: agent(),
            port,
            log: program.log.clone(),
        };
        application.wait_until_ready(&program, request)?;
        Ok(application)
    }

    fn wait_until_ready(&mut self, program: &Program, request: &HttpRequest) -> Result<(), String> {
        let port = self.port;
        let is_ready = || match &request.ready {
            None => TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok(),
            Some(path) => {
                let answer = self
                    .agent
                    .get(format!("http://127.0.0.1:{port}{path}"))
                    .call();
                answer.is_ok_and(|answer| !answer.status().is_server_error())
            }
        };
        let serve = for_people(&request.serve);
        let deadline = Instant::now() + GETTING_READY;
        while !is_ready() {
            if let Ok(Some(status)) = self.child.try_wait() {
                let ending = program.ending(Ok(status));
                return Err(format!(
                    "`{serve}` ended before it took requests at the port in PORT: {}",
                    ending.words
                ));
            }
            if Instant::now() > deadline {
                return Err(format!(
                    "`{serve}` takes no requests at the port in PORT ({port}) after {} s",
                    GETTING_READY.as_secs()
                ));
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Sends the request. Gives where it will be answered.
    pub(super) fn ask(&self, request: &HttpRequest) -> Answers {
        let (sender, receiver) = channel();
        let built = built(request, &format!("http://127.0.0.1:{}", self.port));
        let agent = self.agent.clone();
        thread::spawn(move || {
            let ending = match built {
                Ok(request) => answer_to(&agent, request),
                Err(error) => Ending::unknown(&format!("it is no request: {error}")),
            };
            // Nobody listens any more where the race is over.
            let _ = sender.send(ending);
        });
        Answers::new(receiver, self.log.clone())
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        end(group_of(&self.child));
        let _ = self.child.wait();
    }
}

/// A client that takes every answer for one, waits as long as a schedule takes, and asks
/// 127.0.0.1 itself.
fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        // A connection that it keeps may be closed from the other side between two schedules.
        .max_idle_connections(0);
    config.build().into()
}

fn built(request: &HttpRequest, address: &str) -> http::Result<Request<String>> {
    let mut builder = Request::builder()
        .method(request.method.as_str())
        .uri(format!("{address}{}", request.path));
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    builder.body(request.body.clone().unwrap_or_default())
}

fn answer_to(agent: &Agent, request: Request<String>) -> Ending {
    let mut answer = match agent.run(request) {
        Ok(answer) => answer,
        Err(error) => return Ending::unknown(&format!("no answer: {error}")),
    };
    let status = answer.status();
    let body = answer
        .body_mut()
        .with_config()
        .limit(LONGEST_ANSWER)
        .read_to_string();
    let reason = status.canonical_reason().unwrap_or_default();
    let words = format!("{} {reason}", status.as_str());
    let said = body.unwrap_or_default();
    // A page for people has no first line that says anything.
    let said = said.lines().map(str::trim).find(|line| !line.is_empty());
    let said = said.filter(|line| !line.starts_with('<') && !is_success(status));
    let words = match said {
        Some(said) => format!(
            "{}: {}",
            words.trim(),
            said.chars().take(200).collect::<String>()
        ),
        None => words.trim().to_owned(),
    };
    Ending {
        code: Some(status.as_u16().into()),
        succeeded: is_success(status),
        words,
    }
}

/// Whether the request has done what it was to do: a form often answers with a redirection.
fn is_success(status: http::StatusCode) -> bool {
    status.is_success() || status.is_redirection()
}

/// A port that nobody listens at. Somebody may take it before the application does, which then
/// says so.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
