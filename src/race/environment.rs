//! The variables by which a program finds the database.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::caller::Caller;
use crate::db::Backend;
use crate::db::disposable::{Listens, WhereClients};
use crate::wire::Upstream;

/// The variables by which a program finds the database, beside the usual ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Each as `NAME=value`, in which `{host}`, `{port}`, `{user}`, `{password}` and `{database}`
    /// stand for the database's own, and `{outside}` for the address that it is to call.
    pub(super) templates: Vec<(String, String)>,
    /// The address of the outside, if there is one.
    outside: Option<String>,
}

/// Text that is no variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVariable {
    /// It has no name.
    #[error(
        "'{0}' is not a variable: write NAME=VALUE, as in 'DB_URL=jdbc:postgresql://{{host}}:{{port}}/{{database}}'"
    )]
    NoName(String),
    /// It names an address that there is not.
    #[error("'{0}' names the outside, and there is none: add --outside PORT")]
    NoOutside(String),
}

/// What stands for the address of the outside.
const OUTSIDE: &str = "{outside}";

impl Environment {
    /// What of our own environment would lead a program elsewhere.
    pub(super) const HIDDEN: [&str; 13] = [
        "PGHOSTADDR",
        "PGSERVICE",
        "PGSERVICEFILE",
        "PGPASSFILE",
        "PGOPTIONS",
        "PGSSLMODE",
        "PGREQUIRESSL",
        "PGTARGETSESSIONATTRS",
        "MYSQL_UNIX_PORT",
        "MYSQL_HOME",
        "MYSQL_GROUP_SUFFIX",
        "MYSQL_TEST_LOGIN_FILE",
        "MARIADB_HOST",
    ];

    /// With these variables of the user's, and the address of the outside, if there is one.
    ///
    /// # Errors
    /// One of them is none.
    pub fn new(variables: &[String], outside: Option<&str>) -> Result<Self, InvalidVariable> {
        let one = |text: &String| match text.split_once('=') {
            Some((_, value)) if value.contains(OUTSIDE) && outside.is_none() => {
                Err(InvalidVariable::NoOutside(text.clone()))
            }
            Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
            _ => Err(InvalidVariable::NoName(text.clone())),
        };
        Ok(Self {
            templates: variables.iter().map(one).collect::<Result<_, _>>()?,
            outside: outside.map(str::to_owned),
        })
    }

    /// The variables for a program of the `caller`'s that connects through `port`.
    pub(super) fn variables(
        &self,
        clients: &WhereClients,
        port: u16,
        caller: Caller,
    ) -> Vec<(String, String)> {
        let password = clients.password.clone().unwrap_or_default();
        let secret = match password.is_empty() {
            true => String::new(),
            false => format!(":{}", encoded(&password)),
        };
        let database = &clients.database;
        let (scheme, names) = usual(clients.backend);
        let url = format!(
            "{scheme}://{}{secret}@127.0.0.1:{port}/{}",
            encoded(&clients.user),
            encoded(database)
        );
        let port_number = port.to_string();
        let values = [
            "127.0.0.1",
            &port_number,
            &clients.user,
            database,
            &password,
        ];
        let mut variables = vec![("DATABASE_URL".to_owned(), url)];
        for (name, value) in names.into_iter().zip(values) {
            if !value.is_empty() {
                variables.push((name.to_owned(), value.to_owned()));
            }
        }
        let outside = self.outside.as_ref();
        let outside = outside.map(|address| format!("{address}/{caller}"));
        if let Some(address) = &outside {
            variables.push(("OUTSIDE_URL".to_owned(), address.clone()));
        }
        let filled = |template: &str| {
            template
                .replace("{host}", "127.0.0.1")
                .replace("{port}", &port.to_string())
                .replace("{user}", &clients.user)
                .replace("{password}", &password)
                .replace("{database}", database)
                .replace(OUTSIDE, outside.as_deref().unwrap_or_default())
        };
        let own = self.templates.iter();
        variables.extend(own.map(|(name, value)| (name.clone(), filled(value))));
        variables
    }

    /// Where a proxy finds the server.
    pub(super) fn upstream(&self, clients: &WhereClients) -> Upstream {
        match &clients.place {
            Listens::Socket(path) => Upstream::Socket(path.clone()),
            Listens::Port(host, port) => Upstream::Port(host.clone(), *port),
        }
    }
}

/// How a database's URL begins, and the variables that its usual clients read: of the host, the
/// port, the user, the database and the password.
fn usual(backend: Backend) -> (&'static str, [&'static str; 5]) {
    match backend {
        Backend::Mysql => (
            "mysql",
            [
                "MYSQL_HOST",
                "MYSQL_TCP_PORT",
                "MYSQL_USER",
                "MYSQL_DATABASE",
                "MYSQL_PWD",
            ],
        ),
        _ => (
            "postgresql",
            ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD"],
        ),
    }
}

/// The variables that lead a program to the database, for people.
pub(super) fn names(backend: Backend) -> String {
    let (_, [host, port, ..]) = usual(backend);
    format!("{host} and {port}")
}

/// What a URL need not escape, RFC 3986 wants it not to: some clients read the database's name as it
/// stands there.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_finds_the_way_by_its_own_variables() {
        let own = [
            "SPRING=jdbc:postgresql://{host}:{port}/{database}?user={user}".to_owned(),
            "BILLING={outside}/v1".to_owned(),
        ];
        let clients = WhereClients {
            place: Listens::Port("db".to_owned(), 5432),
            backend: Backend::Postgres,
            user: "me@x".to_owned(),
            password: Some("a/b".to_owned()),
            database: "shop_test".to_owned(),
        };
        let environment = Environment::new(&own, Some("http://127.0.0.1:8")).unwrap();
        let variables = environment.variables(&clients, 7, Caller::Session(2));
        let value = |name: &str| {
            let found = variables.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(
            value("DATABASE_URL"),
            Some("postgresql://me%40x:a%2Fb@127.0.0.1:7/shop_test")
        );
        assert_eq!(value("PGPASSWORD"), Some("a/b"));
        assert_eq!(
            value("SPRING"),
            Some("jdbc:postgresql://127.0.0.1:7/shop_test?user=me@x")
        );
        let outside = "http://127.0.0.1:8/session-2";
        assert_eq!(value("OUTSIDE_URL"), Some(outside));
        assert_eq!(value("BILLING"), Some(format!("{outside}/v1").as_str()));
        assert!(Environment::new(&["x".to_owned()], None).is_err());
        assert!(Environment::new(&own, None).is_err());
    }
}
