use super::body::Body;
use super::frame::Frame;
use super::names::Names;
use super::sql::Sql;

/// What asks the server to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A simple query, or a function call: the server does it at once.
    Query,
    /// A Sync: the end of an implicit transaction, too.
    Sync,
    /// A Flush: the server answers, and an implicit transaction goes on.
    Flush,
}

/// What a client sends until the server is asked to do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// What is prepared.
    pub prepared: Vec<String>,
    /// What is run, in this order. Each may be several statements.
    pub executed: Vec<Sql>,
    /// How it ends.
    pub end: End,
}

impl Batch {
    /// A simple query.
    pub(super) fn query(sql: &str) -> Self {
        let sql = Sql {
            text: sql.to_owned(),
            values: Vec::new(),
        };
        Self {
            prepared: Vec::new(),
            executed: vec![sql],
            end: End::Query,
        }
    }

    /// Whether it is a Sync or a Flush alone, which runs nothing.
    pub fn is_bare(&self) -> bool {
        self.prepared.is_empty() && self.executed.is_empty()
    }
}

/// Gathers messages.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    names: Names,
    bytes: Vec<u8>,
    prepared: Vec<String>,
    executed: Vec<Sql>,
}

impl Gathering {
    /// Adds a message. Gives the batch that it ends, if it ends one, and its bytes.
    pub(super) fn add(&mut self, frame: &Frame) -> Option<(Batch, Vec<u8>)> {
        self.bytes.extend(&frame.bytes);
        let body = Body(frame.body());
        let end = match frame.kind() {
            b'Q' => {
                let text = { body }.text().unwrap_or_default();
                let values = Vec::new();
                self.executed.push(Sql { text, values });
                End::Query
            }
            b'F' => {
                let call = Sql {
                    text: "(a function call)".to_owned(),
                    values: Vec::new(),
                };
                self.executed.push(call);
                End::Query
            }
            b'P' => {
                self.prepared.extend(self.names.parse(body));
                return None;
            }
            b'B' => {
                self.names.bind(body);
                return None;
            }
            b'E' => {
                let sql = self.names.execute(body).unwrap_or_default();
                self.executed.push(sql);
                return None;
            }
            b'C' => {
                self.names.close(body);
                return None;
            }
            b'S' => End::Sync,
            b'H' => End::Flush,
            _ => return None,
        };
        let batch = Batch {
            prepared: std::mem::take(&mut self.prepared),
            executed: std::mem::take(&mut self.executed),
            end,
        };
        Some((batch, std::mem::take(&mut self.bytes)))
    }

    /// What has been gathered and not been handed on.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, body: &[u8]) -> Frame {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        let bytes = [&[kind], length.as_slice(), body].concat();
        Frame { bytes }
    }

    #[test]
    fn a_query_is_a_batch_of_its_own() {
        let query = frame(b'Q', b"SELECT 1\0");
        let (batch, bytes) = Gathering::default().add(&query).unwrap();
        assert_eq!(bytes, query.bytes);
        assert_eq!(batch.executed[0].text, "SELECT 1");
        assert_eq!(batch.end, End::Query);
    }

    #[test]
    fn a_named_statement_is_known_again_with_its_values() {
        let mut gathering = Gathering::default();
        let parse = frame(b'P', b"s1\0SELECT $1, $2\0\0\x01\0\0\0\x17");
        assert!(gathering.add(&parse).is_none());
        let (batch, _) = gathering.add(&frame(b'H', b"")).unwrap();
        assert_eq!((batch.prepared.len(), batch.executed.len()), (1, 0));
        let bind = frame(
            b'B',
            b"\0s1\0\0\x02\0\x01\0\0\0\x02\0\0\0\x04\0\0\0\x07\0\0\0\x01x\0\0",
        );
        assert!(gathering.add(&bind).is_none());
        assert!(gathering.add(&frame(b'E', b"\0\0\0\0\0")).is_none());
        let (batch, _) = gathering.add(&frame(b'S', b"")).unwrap();
        let sql = &batch.executed[0];
        assert_eq!(sql.text, "SELECT $1, $2");
        assert_eq!(sql.values, ["7", "x"]);
        let (bare, _) = gathering.add(&frame(b'S', b"")).unwrap();
        assert!(bare.is_bare());
    }

    #[test]
    fn what_is_no_message_is_handed_on_all_the_same() {
        let mut gathering = Gathering::default();
        assert!(gathering.add(&frame(b'B', b"cut short")).is_none());
        let (batch, bytes) = gathering.add(&frame(b'S', b"")).unwrap();
        assert!(batch.is_bare());
        assert_eq!(bytes.len(), 5 + 9 + 5);
    }
}
