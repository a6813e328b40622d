//! Which protocol a server speaks, and what is to be known beside it.

use std::fmt;
use std::sync::Arc;

/// Ends the session that a server has that number for, and returns once nothing that it held is
/// left.
pub type EndSession = Arc<dyn Fn(u32) + Send + Sync>;

/// Which protocol a server speaks.
#[derive(Clone)]
pub enum Protocol {
    /// PostgreSQL's. Every session begins with these settings.
    Postgres(Vec<(String, String)>),
    /// MariaDB's and MySQL's, in which only another session can end one that is at work.
    Mysql(EndSession),
}

impl fmt::Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres(_) => "PostgreSQL",
            Self::Mysql(_) => "MySQL",
        })
    }
}
