//! The program's own connection: the database at its other end is asked.

use std::time::Duration;

use diesel::QueryResult;

use super::{Suspect, Wait, Watchable};
use crate::db::connection::{MultiBackend, on_its_own_kind};
use crate::db::{AnyConnection, Backend};

impl Watchable<MultiBackend> for AnyConnection {
    fn kind(&self) -> Backend {
        self.backend()
    }

    fn ready(&mut self) -> QueryResult<bool> {
        on_its_own_kind!(self, inner => inner.ready())
    }

    fn session_id(&mut self) -> QueryResult<i64> {
        on_its_own_kind!(self, inner => inner.session_id())
    }

    fn soon(&self) -> Duration {
        on_its_own_kind!(self, inner => inner.soon())
    }

    fn release(&mut self) -> QueryResult<()> {
        on_its_own_kind!(self, inner => inner.release())
    }

    fn is_alive(&mut self, id: i64) -> QueryResult<bool> {
        on_its_own_kind!(self, inner => inner.is_alive(id))
    }

    fn waits_at_most(&mut self) -> QueryResult<Option<Duration>> {
        on_its_own_kind!(self, inner => inner.waits_at_most())
    }

    fn gives_up_after(&self, statement: &str) -> Option<Duration> {
        on_its_own_kind!(self, inner => inner.gives_up_after(statement))
    }

    fn roll_back(&mut self, believed_open: bool) -> QueryResult<bool> {
        on_its_own_kind!(self, inner => inner.roll_back(believed_open))
    }

    fn version(&mut self) -> QueryResult<String> {
        on_its_own_kind!(self, inner => inner.version())
    }

    fn make_gates(&mut self) -> QueryResult<bool> {
        on_its_own_kind!(self, inner => inner.make_gates())
    }

    fn without_gates(&mut self) -> QueryResult<Vec<String>> {
        on_its_own_kind!(self, inner => inner.without_gates())
    }

    fn remove_gates(&mut self) -> QueryResult<()> {
        on_its_own_kind!(self, inner => inner.remove_gates())
    }

    fn close_gate(&mut self, id: i64) -> QueryResult<()> {
        on_its_own_kind!(self, inner => inner.close_gate(id))
    }

    fn pass_gate(&mut self, id: i64, passed: Option<i64>) -> QueryResult<Option<i64>> {
        on_its_own_kind!(self, inner => inner.pass_gate(id, passed))
    }

    fn open_gate(&mut self, id: i64) -> QueryResult<()> {
        on_its_own_kind!(self, inner => inner.open_gate(id))
    }

    fn waits(&mut self, suspects: &[Suspect], exactly: bool) -> QueryResult<Vec<Wait>> {
        on_its_own_kind!(self, inner => inner.waits(suspects, exactly))
    }
}
