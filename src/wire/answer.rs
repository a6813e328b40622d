use super::body::Body;
use super::frame::Frame;
use super::value;

/// The state of a connection's transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// There is none.
    #[default]
    Idle,
    /// It is in one.
    InTransaction,
    /// It is in one that has failed: only a rollback is possible.
    Failed,
}

/// An error, in the server's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The SQLSTATE.
    pub code: String,
    /// The message's first line.
    pub message: String,
}

/// What a server answers to a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The error, if there was one.
    pub error: Option<Refused>,
    /// What each statement reported: `UPDATE 1`.
    pub tags: Vec<String>,
    /// Rows that were read.
    pub rows: u64,
    /// The first of them.
    pub first_row: Vec<String>,
    /// The state of the transaction; `None` where the server has not said: after a Flush.
    pub status: Option<Status>,
    /// Whether any statement begins a transaction where there is none, as without MariaDB's
    /// AUTOCOMMIT; `None` where the server has not said.
    pub any_begins: Option<bool>,
    kinds: Vec<(u32, bool)>,
}

impl Answer {
    /// One that says nothing but the state of the transaction.
    #[cfg(test)]
    pub(crate) fn with(status: Option<Status>) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// Adds a message of the server's.
    pub(super) fn add(&mut self, frame: &Frame) {
        let mut body = Body(frame.body());
        match frame.kind() {
            b'E' => self.error = Some(refused(body)),
            b'C' => self.tags.extend(body.text()),
            b'T' => self.kinds = body.list(kind).unwrap_or_default(),
            b'D' => {
                self.rows += 1;
                if self.rows == 1 {
                    self.first_row = self.row(body).unwrap_or_default();
                }
            }
            b'Z' => {
                self.status = Some(match body.byte() {
                    Some(b'T') => Status::InTransaction,
                    Some(b'E') => Status::Failed,
                    _ => Status::Idle,
                });
            }
            _ => {}
        }
    }

    fn row(&self, mut body: Body<'_>) -> Option<Vec<String>> {
        let values = body.list(Body::value)?;
        let shown = values.into_iter().enumerate().map(|(at, bytes)| {
            // Who has the format from an earlier answer gets none with this one.
            let unreadable = bytes.is_some_and(|it| it.iter().any(|byte| *byte < b' '));
            let (kind, binary) = self.kinds.get(at).copied().unwrap_or((0, false));
            value::shown(bytes, binary || unreadable, kind)
        });
        Some(shown.collect())
    }

    /// What came of it, in a few words: the only value, the only row, or how many there were.
    pub fn in_short(&self) -> String {
        let rows = |count: u64| match count {
            1 => "1 row".to_owned(),
            _ => format!("{count} rows"),
        };
        match (self.rows, self.first_row.as_slice()) {
            (0, _) => {}
            (1, [value]) => return value.clone(),
            (1, row) if row.len() <= 4 => return row.join(", "),
            (count, _) => return rows(count),
        }
        let words = self.tags.iter().filter_map(|tag| {
            let count = tag.rsplit(' ').next()?.parse().ok()?;
            Some(
                match tag.starts_with("SELECT") || tag.starts_with("FETCH") {
                    true if count == 0 => "no row".to_owned(),
                    // MariaDB counts what has changed.
                    _ if tag.contains(" unchanged ") => format!("{}, as before", rows(count)),
                    _ => rows(count),
                },
            )
        });
        let words: Vec<String> = words.collect();
        words.join(", ")
    }
}

fn refused(mut body: Body<'_>) -> Refused {
    let mut refused = Refused {
        code: String::new(),
        message: String::new(),
    };
    while let (Some(field), Some(text)) = (body.byte().filter(|it| *it != 0), body.text()) {
        match field {
            b'C' => refused.code = text,
            b'M' => refused.message = text.lines().next().unwrap_or_default().to_owned(),
            _ => {}
        }
    }
    refused
}

/// The type of a column, and whether its values are binary.
fn kind(body: &mut Body<'_>) -> Option<(u32, bool)> {
    body.text()?;
    body.bytes(6)?;
    let kind = body.long()?;
    body.bytes(6)?;
    Some((kind, body.short()? == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(messages: &[(u8, &[u8])]) -> Answer {
        let mut answer = Answer::default();
        for (kind, body) in messages {
            let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
            let bytes = [&[*kind], length.as_slice(), body].concat();
            answer.add(&Frame { bytes });
        }
        answer
    }

    #[test]
    fn what_came_of_it_is_told_in_a_few_words() {
        let row: (u8, &[u8]) = (b'D', b"\0\x01\0\0\0\x011");
        assert_eq!(answer(&[row, (b'C', b"SELECT 1\0")]).in_short(), "1");
        assert_eq!(
            answer(&[row, row, (b'C', b"SELECT 2\0")]).in_short(),
            "2 rows"
        );
        assert_eq!(answer(&[(b'C', b"SELECT 0\0")]).in_short(), "no row");
        assert_eq!(answer(&[(b'C', b"UPDATE 1\0")]).in_short(), "1 row");
        assert_eq!(answer(&[(b'C', b"INSERT 0 3\0")]).in_short(), "3 rows");
        assert_eq!(answer(&[(b'C', b"COMMIT\0")]).in_short(), "");
        let binary: (u8, &[u8]) = (b'D', b"\0\x01\0\0\0\x04\0\0\0\x05");
        assert_eq!(answer(&[binary]).in_short(), "5");
    }

    #[test]
    fn an_error_has_its_code_and_its_first_line() {
        let found = answer(&[
            (b'E', b"SERROR\0C40001\0Mcould not\nserialize\0\0"),
            (b'Z', b"E"),
        ]);
        let error = found.error.unwrap();
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            ("40001", "could not")
        );
        assert_eq!(found.status, Some(Status::Failed));
    }
}
