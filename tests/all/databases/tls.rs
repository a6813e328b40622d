//! A server that demands TLS, as every managed one does.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use lockbench::db::server::{PostgresServer, ServerOptions};
use nix::unistd::{User, geteuid};
use tempfile::TempDir;

use crate::common;

/// A server that can only be reached through TLS, at an address of this machine.
struct TlsServer {
    _server: PostgresServer,
    folder: TempDir,
    port: u16,
}

impl TlsServer {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        certificate(folder.path(), "server");
        certificate(folder.path(), "stranger");
        let rules = folder.path().join("pg_hba.conf");
        // The local line is for the start of the server, which is waited for at its socket.
        std::fs::write(
            &rules,
            "local all all trust\nhostssl all all 127.0.0.1/32 trust\n",
        )
        .unwrap();
        give_away(folder.path());
        let port = free_port();
        let file = |name: &str| folder.path().join(name).display().to_string();
        let options = ServerOptions {
            connections: 20,
            settings: vec![
                "fsync=off".to_owned(),
                "listen_addresses=127.0.0.1".to_owned(),
                format!("port={port}"),
                "ssl=on".to_owned(),
                format!("ssl_cert_file={}", file("server.crt")),
                format!("ssl_key_file={}", file("server.key")),
                format!("hba_file={}", rules.display()),
            ],
            ..ServerOptions::default()
        };
        let server = PostgresServer::start(&options).unwrap_or_else(|error| {
            panic!("{error:#}\nrun tests/run: it installs what is missing")
        });
        Self {
            _server: server,
            folder,
            port,
        }
    }

    fn url(&self, parameters: &str) -> String {
        let port = self.port;
        format!("postgres://lockbench@127.0.0.1:{port}/postgres?{parameters}")
    }

    fn certificate(&self, name: &str) -> String {
        let file = self.folder.path().join(name).with_extension("crt");
        file.display().to_string().replace('/', "%2F")
    }
}

/// Makes a certificate of this machine's address that only it itself vouches for.
fn certificate(folder: &Path, name: &str) {
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args(["-subj", "/CN=lockbench-test"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .arg("-keyout")
        .arg(folder.join(name).with_extension("key"))
        .arg("-out")
        .arg(folder.join(name).with_extension("crt"))
        .output()
        .expect("openssl, which tests/run installs");
    assert!(made.status.success(), "{made:?}");
}

/// Lets the user that the server runs as read these files: it is not root, and wants its key to
/// be its own.
fn give_away(folder: &Path) {
    if !geteuid().is_root() {
        return;
    }
    let user = ["postgres", "nobody"]
        .iter()
        .find_map(|name| User::from_name(name).unwrap())
        .expect("an unprivileged user");
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.map(|file| file.unwrap().path());
    for file in files.chain([folder.to_owned()]) {
        std::os::unix::fs::chown(file, Some(user.uid.as_raw()), None::<u32>).unwrap();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn run(url: &str) -> Output {
    common::lockbench()
        .args(["run", "--strategy", "optimistic", "--no-control"])
        .args(["--database", url])
        .output()
        .unwrap()
}

/// Sees to it that it could not reach the database; gives the sentence that says why.
fn refusal(url: &str) -> String {
    let output = run(url);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(output.stdout.is_empty(), "{output:?}");
    said
}

#[cfg(feature = "tls")]
#[test]
fn a_server_that_demands_tls_is_reached() {
    let server = TlsServer::start();
    let right = server.certificate("server");
    for parameters in [
        "sslmode=require",
        "sslmode=prefer",
        &format!("sslmode=verify-full&sslrootcert={right}"),
    ] {
        let output = run(&server.url(parameters));
        assert_eq!(output.status.code(), Some(0), "{parameters}: {output:?}");
    }
}

#[cfg(feature = "tls")]
#[test]
fn a_server_that_is_not_who_it_should_be_is_refused() {
    let server = TlsServer::start();
    let wrong = server.certificate("stranger");
    let said = refusal(&server.url(&format!("sslmode=verify-full&sslrootcert={wrong}")));
    assert!(said.contains("certificate verify failed"), "{said}");
}

#[cfg(feature = "tls")]
#[test]
fn a_server_that_demands_tls_says_so_to_who_declines() {
    let server = TlsServer::start();
    let said = refusal(&server.url("sslmode=disable"));
    assert!(said.contains("no encryption"), "{said}");
    assert!(!said.contains("--features tls"), "{said}");
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_lockbench_without_tls_says_how_to_get_one_with_it() {
    let server = TlsServer::start();
    for parameters in ["sslmode=require", "sslmode=prefer", "application_name=x"] {
        let said = refusal(&server.url(parameters));
        assert!(said.contains("--features tls"), "{parameters}: {said}");
    }
    let right = server.certificate("server");
    let said = refusal(&server.url(&format!("sslmode=verify-full&sslrootcert={right}")));
    assert!(said.contains("--features tls"), "{said}");
}
