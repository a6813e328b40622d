use std::time::Duration;

use crate::db::{Backend, Engine};
use crate::hammer::servers::Servers;
use crate::model::candidate::Candidate;
use crate::model::invalid_request::InvalidRequest;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::{Delivery, Deployment, Promise};

/// What to run.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is put to the test.
    pub candidate: Candidate,
    /// In which story.
    pub scenario: Scenario,
    /// How hard.
    pub load: Load,
    /// The processes that do it; `None`: this one alone.
    pub servers: Option<Servers>,
    /// How the world outside sends bills, where the story has any.
    pub billing: Billing,
    /// Whether to run naive under the same load where the outcome is safe.
    pub control: bool,
    /// Whether to keep what happened, moment by moment.
    pub events: bool,
}

/// How the world outside sends bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billing {
    /// How long a call takes.
    pub latency: Duration,
    /// Whether each call carries a key that tells the second from the first, under which the
    /// ledger takes the invoice only once as well.
    pub idempotent: bool,
}

impl Default for Billing {
    fn default() -> Self {
        Self {
            latency: Duration::from_millis(5),
            idempotent: false,
        }
    }
}

impl Request {
    /// `candidate` in the story of the shop, in this process, without a control.
    pub fn new(candidate: impl Into<Candidate>, load: Load) -> Self {
        Self {
            candidate: candidate.into(),
            scenario: Scenario::Inventory,
            load,
            servers: None,
            billing: Billing::default(),
            control: false,
            events: false,
        }
    }

    /// Makes sure that it can be run on that kind of database.
    ///
    /// # Errors
    /// It means nothing there, or makes no sense in itself.
    pub fn check(&self, backend: Backend) -> Result<(), InvalidRequest> {
        self.load.check()?;
        self.candidate.check(backend, self.scenario, &self.load)?;
        self.scenario.check(&self.load)?;
        InvalidRequest::unless(match &self.servers {
            Some(Servers { count: 0, .. }) => Some("there must be at least one server".to_owned()),
            Some(Servers {
                count,
                kill: Some(kill),
                ..
            }) if kill.server > *count => Some(format!(
                "--kill-server names server {}, but the number of servers is {count}",
                kill.server
            )),
            _ => None,
        })
    }

    /// Whether a server is killed whose death can leave the outside world and the tables apart.
    pub(crate) fn risks_harm(&self) -> bool {
        let servers = self.servers.as_ref();
        let killed = servers.is_some_and(|servers| servers.kill.is_some());
        let delivery = self.candidate.plan.delivery(self.billing.idempotent);
        killed && self.scenario.bills() && delivery != Delivery::EffectivelyOnce
    }

    /// What is promised, in all these circumstances.
    pub fn promise(&self, engine: Engine) -> Option<Promise> {
        self.candidate.promise(Deployment {
            engine,
            servers: self.servers.as_ref().map_or(1, |servers| servers.count),
            slots: self.load.slots,
            bills: self.scenario.bills(),
            idempotent: self.billing.idempotent,
            killed: self
                .servers
                .as_ref()
                .is_some_and(|servers| servers.kill.is_some()),
        })
    }
}
