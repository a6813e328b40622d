//! The same schedule under other strategies.

use super::ExploreArguments;
use crate::cli::failure::Failure;
use crate::db::{Backend, Database, Description};
use crate::explore::Token;
use crate::model::candidate::Candidate;
use crate::proof::purchases::{Purchases, ReplayResult, exploration};

impl ExploreArguments {
    /// Refuses what cannot be run there, before anything runs.
    pub(super) fn refuse_beside(
        &self,
        backend: Backend,
        wanted: &Purchases,
    ) -> Result<(), Failure> {
        self.beside.iter().try_for_each(|name| {
            let candidate = Candidate::from(*name);
            candidate
                .check(backend, wanted.scenario, &wanted.load())
                .map_err(Failure::usage)
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
                candidate: Candidate::from(*name),
                ..wanted.clone()
            };
            let history = exploration(database, &wanted).replay(token)?;
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
