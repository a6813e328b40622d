//! The JSON Schemas of what is written as JSON, from the types that are written. They are kept in
//! docs/schema/, and a test holds those files against these.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::json;

use crate::check::Attempt;
use crate::compare::CompareResult;
use crate::compare::advise::Advice;
use crate::compare::sweep::SweepResult;
use crate::explore::{Coverage, Token};
use crate::model::catalogue::Catalogue;
use crate::model::quantity::Quantity;
use crate::proof::anomaly::AnomaliesResult;
use crate::proof::purchases::{ExploreResult, MapResult, ReplayResult};
use crate::purchase::explain::Explanation;
use crate::race::{RaceResult, ReplayedRace};
use crate::run::result::RunResult;
use crate::tables::status::Status;

/// Every schema, under the name that the JSON itself gives in `schema`, such as
/// `lockbench.run/1`.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        of::<RunResult>(crate::run::result::SCHEMA),
        of::<Vec<Attempt>>(crate::check::SCHEMA),
        of::<CompareResult>(crate::compare::SCHEMA),
        of::<SweepResult>(crate::compare::sweep::SCHEMA),
        of::<Advice>(crate::compare::advise::SCHEMA),
        of::<ExploreResult>(crate::proof::purchases::SCHEMA),
        of::<ReplayResult>(crate::proof::purchases::REPLAY_SCHEMA),
        of::<MapResult>(crate::proof::purchases::MAP_SCHEMA),
        of::<RaceResult>(crate::race::SCHEMA),
        of::<ReplayedRace>(crate::race::REPLAY_SCHEMA),
        of::<AnomaliesResult>(crate::proof::anomaly::SCHEMA),
        of::<Catalogue>(crate::model::catalogue::SCHEMA),
        of::<Explanation>(crate::purchase::explain::SCHEMA),
        of::<Status>(crate::tables::status::SCHEMA),
    ]
}

/// The schema of what serde makes of a `T`. Its `schema` is `name` and nothing else; where it is
/// an array, that is so of each element.
fn of<T: JsonSchema>(name: &'static str) -> (&'static str, Schema) {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    for place in [
        "/properties/schema",
        "/$defs/CheckResult/properties/schema",
        "/$defs/FailedCheck/properties/schema",
    ] {
        if let Some(named) = schema.pointer_mut(place) {
            *named = json!({ "const": name });
        }
    }
    (name, schema)
}

impl JsonSchema for Token {
    fn schema_name() -> Cow<'static, str> {
        "Token".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The session that goes on, choice after choice: what `--replay` takes.",
            "type": "string",
            "pattern": r"^([1-9][0-9]*(\.[1-9][0-9]*)*)?$",
        })
    }
}

impl JsonSchema for Coverage {
    fn schema_name() -> Cow<'static, str> {
        "Coverage".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "What was gone through, in words.", "type": "string" })
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Units: a number, or a range such as 1..3.",
            "type": ["integer", "string"],
        })
    }
}
