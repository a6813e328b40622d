//! The sessions of a race, each with its way to the database.

use std::sync::Arc;

use anyhow::{Context, Result};

use super::attribution::Attribution;
use super::caller::Caller;
use super::dialect::Dialect;
use super::edits::Editor;
use super::environment::Environment;
use super::instance::{Instance, Shared};
use super::interceptor::{Interceptor, Rules};
use super::launcher::Launcher;
use super::outside::{CallReceiver, Outside};
use super::port::Port;
use super::premise_watcher::PremiseWatcher;
use super::premises::Premises;
use super::program::Program;
use super::request::SessionCommand;
use super::runner::{Runner, Work};
use super::shared_runner::SharedRunner;
use super::turns::Turns;
use super::{RaceDatabase, Request};
use crate::db::disposable::{Calls, Session};
use crate::db::server::Folder;
use crate::wire::{Protocol, Proxy, Watcher};

/// What the sessions of a race are made of.
pub(super) struct Sessions<'a> {
    pub(super) request: &'a Request,
    pub(super) database: &'a RaceDatabase,
    pub(super) session: &'a Session,
    /// Where the programs' standard errors go.
    pub(super) logs: &'a Folder,
    /// Where the programs' calls are taken, and kept.
    pub(super) outside: Option<(&'a Outside, &'a Arc<Calls>)>,
    /// What is to be held against all that they send.
    pub(super) premises: Option<&'a Arc<Premises>>,
}

impl Sessions<'_> {
    /// What runs each of them.
    ///
    /// # Errors
    /// The system gives no port.
    pub(super) fn runners(&self) -> Result<Vec<SharedRunner>> {
        let count = self.request.sessions.len();
        match self.request.one_instance {
            true => self.in_one_instance(count),
            false => (0..count).map(|number| self.by_itself(number)).collect(),
        }
    }

    fn rules(&self) -> Rules {
        Rules {
            every_statement: self.request.every_statement,
            keeps_snapshot: self.session.keeps_snapshot(),
            dialect: Dialect::of(self.database.disposable.clients().backend),
        }
    }

    /// A session with a program of its own.
    fn by_itself(&self, number: usize) -> Result<SharedRunner> {
        let interceptor = Arc::new(Interceptor::new(self.rules()));
        let taken_by = Arc::clone(&interceptor);
        let caller = Caller::Session(number + 1);
        self.take_calls(caller, move |_| Arc::clone(&taken_by));
        let proxy = self.proxy(Arc::<Interceptor>::clone(&interceptor))?;
        let mut program = self.program(number, &proxy, caller);
        let session = ("LOCKBENCH_SESSION".to_owned(), (number + 1).to_string());
        program.variables.push(session);
        let port = Port::new(proxy);
        let work = match self.request.worker || program.command.http.is_some() {
            false => Work::Command(Arc::new(Launcher {
                program,
                interceptor: Arc::clone(&interceptor),
                port,
            })),
            true => {
                let sessions = vec![(Arc::clone(&interceptor), program.command.clone())];
                let instance = Instance::new(program, port, sessions, None);
                Work::Instance(Arc::new(instance), 0)
            }
        };
        Ok(self.runner(interceptor, work))
    }

    /// So many sessions that one application serves.
    fn in_one_instance(&self, count: usize) -> Result<Vec<SharedRunner>> {
        let turns = Arc::new(Turns::default());
        let interceptors: Vec<Arc<Interceptor>> = (0..count)
            .map(|number| {
                let turns = Arc::clone(&turns);
                Arc::new(Interceptor::taking_turns(self.rules(), turns, number))
            })
            .collect();
        let nobody = Arc::new(Interceptor::new(self.rules()));
        let attribution = Arc::new(Attribution::new(
            interceptors.clone(),
            Arc::clone(&nobody),
            Arc::clone(&turns),
        ));
        let proxy = self.proxy(Arc::<Attribution>::clone(&attribution))?;
        let caller = Caller::Application;
        self.take_calls(caller, move |texts| attribution.interceptor_of(texts));
        let program = self.program(0, &proxy, caller);
        let sessions = interceptors.iter().enumerate();
        let sessions = sessions
            .map(|(number, interceptor)| (Arc::clone(interceptor), self.command(number)))
            .collect();
        let shared = Some(Shared { turns, nobody });
        let instance = Instance::new(program, Port::new(proxy), sessions, shared);
        let instance = Arc::new(instance);
        let runners = interceptors.into_iter().enumerate();
        Ok(runners
            .map(|(number, interceptor)| {
                self.runner(interceptor, Work::Instance(Arc::clone(&instance), number))
            })
            .collect())
    }

    fn runner(&self, interceptor: Arc<Interceptor>, work: Work) -> SharedRunner {
        let at_once = self.session.finds_deadlocks_at_once;
        SharedRunner::new(Runner::new(
            interceptor,
            work,
            at_once,
            self.request.retries,
        ))
    }

    /// Has calls of `caller` taken by the interceptor that `whose` gives for the call's headers.
    fn take_calls(
        &self,
        caller: Caller,
        whose: impl Fn(&[String]) -> Arc<Interceptor> + Send + Sync + 'static,
    ) {
        if let Some((outside, calls)) = self.outside {
            let receiver = CallReceiver {
                whose: Arc::new(whose),
                calls: Arc::clone(calls),
            };
            outside.take_by(caller, receiver);
        }
    }

    fn proxy(&self, watcher: Arc<dyn Watcher>) -> Result<Proxy> {
        let clients = self.database.disposable.clients();
        let upstream = self.request.environment.upstream(clients);
        let protocol = match self.database.disposable.end_session() {
            Some(end_session) => Protocol::Mysql(end_session),
            None => Protocol::Postgres(self.session.settings.clone()),
        };
        let watcher: Arc<dyn Watcher> = match self.premises {
            None => watcher,
            Some(premises) => Arc::new(PremiseWatcher {
                watcher,
                premises: Arc::clone(premises),
                connections: Default::default(),
            }),
        };
        let edits = &self.request.edits;
        let watcher: Arc<dyn Watcher> = match edits.is_empty() {
            true => watcher,
            false => Arc::new(Editor::new(watcher, Arc::clone(edits))),
        };
        Proxy::speaking(protocol, upstream, watcher).context("cannot open a port on this machine")
    }

    fn command(&self, number: usize) -> SessionCommand {
        let mut command = self.request.sessions[number].clone();
        command.http = command.http.map(|http| http.for_session(number + 1));
        command
    }

    fn program(&self, number: usize, proxy: &Proxy, caller: Caller) -> Program {
        let clients = self.database.disposable.clients();
        let environment = &self.request.environment;
        Program {
            command: self.command(number),
            variables: environment.variables(clients, proxy.port(), caller),
            hidden: Environment::HIDDEN.to_vec(),
            log: self.logs.path().join(caller.to_string()),
        }
    }
}
