//! The number by which a request is known wherever it goes: W3C Trace Context
//! (<https://www.w3.org/TR/trace-context/>). Libraries such as sqlcommenter write it into a comment of
//! each statement, and others into `application_name`.

/// The header that carries it.
pub(super) const HEADER: &str = "traceparent";

/// The trace that a session's request belongs to; sessions are counted from 1. All begin alike, so
/// that whoever reads a log knows where they come from ("lockbenc").
pub(super) fn trace_of(session: usize) -> String {
    format!("6c6f636b62656e63{session:016x}")
}

/// The header's value for a session.
pub(super) fn parent_of(session: usize) -> String {
    format!("00-{}-{session:016x}-01", trace_of(session))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_has_a_trace_of_its_own_in_the_standards_form() {
        let parents: Vec<String> = (1..=2).map(parent_of).collect();
        assert_eq!(
            parents[0],
            "00-6c6f636b62656e630000000000000001-0000000000000001-01"
        );
        assert!(!parents[1].contains(&trace_of(1)));
    }
}
