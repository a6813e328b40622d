//! The same schedule under other strategies.

use super::ExploreArguments;
use crate::cli::failure::Failure;
use crate::cli::run::refuse_nonsense;
use crate::contender::Contender;
use crate::db::{Backend, Database, Description};
use crate::explore::Token;
use crate::explore::purchases::{Purchases, ReplayResult, exploration};

impl ExploreArguments {
    /// Refuses what cannot be run there, before anything runs.
    pub(super) fn refuse_beside(
        &self,
        backend: Backend,
        wanted: &Purchases,
    ) -> Result<(), Failure> {
        self.beside.iter().try_for_each(|name| {
            let contender = Contender::from(*name);
            refuse_nonsense(&contender, backend, wanted.scenario, &wanted.load())
        })
    }

    /// Runs `token` under each of the other strategies.
    pub(super) fn others(
        &self,
        database: &Database,
        description: &Description,
        wanted: &Purchases,
        token: &Token,
    ) -> Result<Vec<ReplayResult>, Failure> {
        let one = |name: &_| {
            let wanted = Purchases {
                contender: Contender::from(*name),
                ..wanted.clone()
            };
            let (exploration, _) = exploration(database, &wanted);
            let history = exploration.replay(token).map_err(Failure::unreachable)?;
            Ok(ReplayResult::new(
                &wanted,
                description.clone(),
                token.clone(),
                history,
            ))
        };
        self.beside.iter().map(one).collect()
    }
}
