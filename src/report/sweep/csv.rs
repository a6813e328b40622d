//! CSV: the lines of a compare at each point, after the value of the axis.

use anyhow::Result;
use csv::Writer;

use crate::compare::sweep::SweepResult;
use crate::report::compare::csv::{HEADER, lines};
use crate::report::sweep::sentence::name;

pub(super) fn render(result: &SweepResult) -> Result<String> {
    let mut out = Writer::from_writer(Vec::new());
    let axis = match result.axis.unit {
        "" => name(result),
        unit => format!("{}_{}", name(result), unit.replace('µ', "u")),
    };
    out.write_record(std::iter::once(axis.as_str()).chain(HEADER))?;
    for point in &result.points {
        let value = point.value.to_string();
        for line in lines(&point.comparison) {
            out.write_record(std::iter::once(&value).chain(&line))?;
        }
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}
