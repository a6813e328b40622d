//! What a server answers to a command.

use super::super::answer::{Answer, Refused, Status};
use super::super::value::shortened;
use super::body::Body;
use super::packet::Packet;
use super::value::{self, Kind};

/// Flags of a server's status.
const IN_TRANSACTION: u16 = 1;
const AUTOCOMMIT: u16 = 2;
const MORE_RESULTS: u16 = 8;
const CURSOR: u16 = 0x40;

/// The errors after which the whole transaction is rolled back: a deadlock, and a row that has
/// changed since it was read (`innodb_snapshot_isolation`).
const ROLLED_BACK: [u16; 2] = [1213, 1020];

/// What is still to come of an answer, and what has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    next: Next,
    /// What was asked: its first word in capitals, or all of it where it is prepared.
    asked: String,
    binary: bool,
    kinds: Vec<Kind>,
    rows: u64,
    /// What the server has prepared.
    pub(super) prepared: Option<Vec<u8>>,
    pub(super) answer: Answer,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    /// One packet.
    #[default]
    One,
    /// What is said of a statement that was prepared.
    Prepared,
    /// So many packets.
    Packets(u32),
    /// A list up to its end.
    List,
    /// A result: a success, or how many columns it has.
    Result,
    /// So many columns, and their end.
    Columns(u64),
    /// Rows, up to their end.
    Rows,
    /// The steps of a login, up to its end.
    Session,
}

impl Expected {
    pub(super) fn one() -> Self {
        Self::default()
    }

    fn with(next: Next) -> Self {
        Self {
            next,
            ..Self::default()
        }
    }

    pub(super) fn list() -> Self {
        Self::with(Next::List)
    }

    pub(super) fn rows() -> Self {
        Self {
            binary: true,
            ..Self::with(Next::Rows)
        }
    }

    pub(super) fn session() -> Self {
        Self::with(Next::Session)
    }

    pub(super) fn prepared(sql: String) -> Self {
        Self {
            asked: sql,
            ..Self::with(Next::Prepared)
        }
    }

    pub(super) fn results(sql: &str, binary: bool) -> Self {
        let word = sql
            .trim_start()
            .split(|it: char| !it.is_ascii_alphabetic())
            .next();
        Self {
            asked: word.unwrap_or_default().to_ascii_uppercase(),
            binary,
            ..Self::with(Next::Result)
        }
    }

    /// Whether it is a login.
    pub(super) fn is_session(&self) -> bool {
        self.next == Next::Session
    }

    /// What was prepared.
    pub(super) fn asked(&self) -> &str {
        &self.asked
    }

    /// Adds a packet, after which the connection was in that state; gives whether the answer is
    /// whole. `None`: it is no answer that can be read.
    pub(super) fn add(&mut self, packet: &Packet, state: &mut SessionState) -> Option<bool> {
        if packet.is_error() && !matches!(self.next, Next::Packets(_)) {
            let (number, refused) = refused(Body(&packet.body))?;
            if ROLLED_BACK.contains(&number) {
                state.in_transaction = false;
            } else {
                // A statement that fails may have begun one where each does.
                state.in_transaction |= !state.autocommit;
            }
            self.answer.error = Some(refused);
            state.tell(&mut self.answer);
            return Some(true);
        }
        let mut body = Body(&packet.body);
        match self.next {
            Next::One => {
                if packet.first() == 0 && packet.body.len() >= 7 {
                    self.succeed(body, state)?;
                }
                Some(true)
            }
            Next::Session => match packet.first() {
                0 => self.succeed(body, state).map(|_| true),
                _ => Some(false),
            },
            Next::Prepared => {
                body.bytes(5)?;
                let lists = [body.short()?, body.short()?];
                let packets = lists.map(|count| if count > 0 { u32::from(count) + 1 } else { 0 });
                self.prepared = Some(packet.body.clone());
                self.next = Next::Packets(packets.iter().sum());
                Some(self.next == Next::Packets(0))
            }
            Next::Packets(left) => {
                self.next = Next::Packets(left.saturating_sub(1));
                Some(left <= 1)
            }
            Next::List => Some(packet.is_end()),
            Next::Result => match packet.first() {
                0 => {
                    let flags = self.succeed(body, state)?;
                    Some(self.goes_on(flags))
                }
                // A file of the client's: it was told that there is no such thing.
                0xfb => None,
                _ => {
                    self.kinds.clear();
                    self.rows = 0;
                    self.next = Next::Columns(body.number()?);
                    Some(false)
                }
            },
            Next::Columns(0) => {
                let flags = ended(body, state)?;
                self.next = Next::Rows;
                Some(flags & CURSOR != 0)
            }
            Next::Columns(left) => {
                self.kinds.push(kind(body).unwrap_or_default());
                self.next = Next::Columns(left - 1);
                Some(false)
            }
            Next::Rows if packet.is_end() => {
                let flags = ended(body, state)?;
                state.tell(&mut self.answer);
                self.answer.tags.push(format!("SELECT {}", self.rows));
                Some(self.goes_on(flags))
            }
            Next::Rows => {
                self.rows += 1;
                self.answer.rows += 1;
                if self.answer.rows == 1 {
                    self.answer.first_row = self.row(body).unwrap_or_default();
                }
                Some(false)
            }
        }
    }

    /// Whether that was all.
    fn goes_on(&mut self, flags: u16) -> bool {
        self.next = Next::Result;
        flags & MORE_RESULTS == 0
    }

    fn succeed(&mut self, mut body: Body<'_>, state: &mut SessionState) -> Option<u16> {
        body.byte()?;
        let (changed, _) = (body.number()?, body.number()?);
        let flags = body.short()?;
        state.heed(flags);
        state.tell(&mut self.answer);
        if matches!(
            self.asked.as_str(),
            "INSERT" | "UPDATE" | "DELETE" | "REPLACE"
        ) {
            let unchanged = value::matched(body).filter(|_| changed == 0);
            self.answer.tags.push(match unchanged {
                Some(matched) => format!("{} unchanged {matched}", self.asked),
                None => format!("{} {changed}", self.asked),
            });
        }
        Some(flags)
    }

    fn row(&self, mut body: Body<'_>) -> Option<Vec<String>> {
        let columns = self.kinds.iter().enumerate();
        if !self.binary {
            let shown = columns.map(|_| Some(body.value()?.map_or("NULL".to_owned(), value::text)));
            return shown.collect();
        }
        body.byte()?;
        let nulls = body.bytes((self.kinds.len() + 9) / 8)?;
        let shown = columns.map(|(place, kind)| {
            let bit = place + 2;
            match nulls[bit / 8] & (1 << (bit % 8)) != 0 {
                true => Some("NULL".to_owned()),
                false => value::take(&mut body, *kind),
            }
        });
        shown.collect()
    }
}

/// What a server has said of a session last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SessionState {
    in_transaction: bool,
    autocommit: bool,
}

impl SessionState {
    fn heed(&mut self, flags: u16) {
        self.in_transaction = flags & IN_TRANSACTION != 0;
        self.autocommit = flags & AUTOCOMMIT != 0;
    }

    fn tell(self, answer: &mut Answer) {
        answer.status = Some(match self.in_transaction {
            true => Status::InTransaction,
            false => Status::Idle,
        });
        answer.any_begins = Some(!self.autocommit);
    }
}

/// The flags at the end of a list.
fn ended(mut body: Body<'_>, state: &mut SessionState) -> Option<u16> {
    body.bytes(3)?;
    let flags = body.short()?;
    state.heed(flags);
    Some(flags)
}

/// An error: its number, and in words.
fn refused(mut body: Body<'_>) -> Option<(u16, Refused)> {
    body.byte()?;
    let number = body.short()?;
    let mut message = body.rest();
    // A sign, and the SQLSTATE.
    if message.starts_with('#') && message.is_char_boundary(6) {
        message.drain(..6);
    }
    let message = shortened_line(&message);
    let code = number.to_string();
    Some((number, Refused { code, message }))
}

fn shortened_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.len() > 300 {
        true => shortened(line),
        false => line.to_owned(),
    }
}

/// The type of a column.
fn kind(mut body: Body<'_>) -> Option<Kind> {
    for _ in 0..6 {
        body.counted()?;
    }
    body.bytes(7)?;
    let (number, flags) = (body.byte()?, body.short()?);
    let unsigned = flags & 0x20 != 0;
    Some(Kind { number, unsigned })
}

#[cfg(test)]
mod tests;
