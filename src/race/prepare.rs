//! Preparing the sessions, and running them alone and one after the other.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::judge::Judge;
use super::oracle::Oracle;
use super::outside::Outside;
use super::premises::Premises;
use super::sessions::Sessions;
use super::shared_runner::SharedRunner;
use super::{
    Race, RaceDatabase, RaceError, Request, SerialOrder, SessionCommand, difference, environment,
};
use crate::db::AnyConnection;
use crate::db::disposable::{Calls, Copies, Session, holds, make_gates, ready};
use crate::db::server::Folder;
use crate::explore::Inside;
use anyhow::Result;

impl<'a> Race<'a> {
    /// Prepares the sessions, and runs them one after the other in every order, to learn what is
    /// right. The database must have been filled. Calls to the `outside` are steps.
    ///
    /// # Errors
    /// They cannot be raced.
    pub fn prepare(
        request: &'a Request,
        database: &'a RaceDatabase,
        outside: Option<&Outside>,
    ) -> Result<Self, RaceError> {
        let mut connection = database.disposable.connect()?;
        let session = Session::ask(&mut connection, request.isolation)?;
        ready(&mut connection)?;
        let logs = Folder::private()?;
        let calls = match outside {
            Some(_) => Some(Arc::new(Calls::make(
                &database.disposable,
                &mut connection,
            )?)),
            None => None,
        };
        // What a step touches is known of PostgreSQL alone: elsewhere all orders are run.
        let premises = match &mut connection {
            AnyConnection::Postgres(inner) if request.prunes => {
                Some(Arc::new(Premises::ask(inner, &session)?))
            }
            _ => None,
        };
        let sessions = Sessions {
            request,
            database,
            session: &session,
            logs: &logs,
            outside: outside.zip(calls.as_ref()),
            premises: premises.as_ref(),
        }
        .runners()?;
        let copies = Copies::take(&mut connection)?;
        let inside = request.inside;
        if inside != Inside::Off {
            make_gates(&mut connection)?;
        }
        let mut oracle = Oracle::new(sessions.clone(), copies);
        ignore(&mut oracle, &request.ignored)?;
        for invariant in &request.invariants {
            match holds(&mut connection, invariant) {
                Ok(true) => {}
                Ok(false) => {
                    return Err(RaceError::Unfit(format!(
                        "the invariant `{invariant}` does not hold even before anything runs"
                    )));
                }
                Err(error) => return Err(RaceError::Unfit(format!("{error:#}"))),
            }
        }
        Self::see_that_each_can_run(request, database, &sessions, &mut oracle, &mut connection)?;
        let learnt = oracle.learn(&mut connection)?;
        let expected = oracle.expected();
        let serial = learnt
            .into_iter()
            .map(|(order, endings)| SerialOrder {
                endings: endings.into_iter().map(|ending| ending.words).collect(),
                state: expected
                    .iter()
                    .find(|(known, _)| *known == order)
                    .map(|(_, state)| difference::whole(&oracle.normalizer, state))
                    .unwrap_or_default(),
                order: order.into_iter().map(|session| session + 1).collect(),
            })
            .collect();
        Ok(Self {
            judge: Rc::new(RefCell::new(Judge {
                oracle,
                invariants: request.invariants.clone(),
                expected_exits: request.expected_exits.clone(),
                differences: Default::default(),
                undecided: Default::default(),
            })),
            request,
            inside,
            database,
            sessions,
            session,
            premises,
            serial,
            _logs: logs,
        })
    }

    /// Runs each session alone, once, to see that it does what it is here for.
    fn see_that_each_can_run(
        request: &Request,
        database: &RaceDatabase,
        sessions: &[SharedRunner],
        oracle: &mut Oracle,
        connection: &mut AnyConnection,
    ) -> Result<(), RaceError> {
        let mut known: Vec<&SessionCommand> = Vec::new();
        for (session, command) in sessions.iter().zip(&request.sessions) {
            if known.contains(&command) {
                continue;
            }
            known.push(command);
            oracle.copies.put_back(connection)?;
            let command = &command.shown;
            let ending = session.run_alone().map_err(RaceError::Unfit)?;
            let seen = session.seen();
            if seen.wants_encryption && seen.batches == 0 {
                return Err(RaceError::Unfit(format!(
                    "`{command}` insists on TLS, which race does not speak: let it connect \
                     without (sslmode=disable on PostgreSQL, say)"
                )));
            }
            let is_expected = ending.succeeded
                || ending
                    .code
                    .is_some_and(|code| request.expected_exits.contains(&code));
            if !is_expected {
                return Err(RaceError::Unfit(format!(
                    "`{command}` fails already when it runs alone: {}",
                    ending.words
                )));
            }
            if seen.batches == 0 {
                return Err(RaceError::Unfit(format!(
                    "`{command}` sent no statement through race's port: it must connect to where \
                     DATABASE_URL or {} lead; --env names other variables for it",
                    environment::names(database.disposable.clients().backend)
                )));
            }
        }
        Ok(())
    }
}

/// Leaves the columns out of the comparison that a user has named.
fn ignore(oracle: &mut Oracle, named: &[String]) -> Result<(), RaceError> {
    for name in named {
        let catalog = &oracle.normalizer.catalog;
        let found: Vec<(usize, usize)> = (catalog.tables.iter().enumerate())
            .flat_map(|(number, table)| {
                let columns = table.columns.iter().enumerate();
                let shown = table.shown();
                columns
                    .filter(move |(_, column)| *name == format!("{shown}.{}", column.name))
                    .map(move |(place, _)| (number, place))
            })
            .collect();
        if found.is_empty() {
            return Err(RaceError::Unfit(format!(
                "there is no column {name}: --ignore takes TABLE.COLUMN"
            )));
        }
        oracle.normalizer.ignored.extend(found);
    }
    Ok(())
}
