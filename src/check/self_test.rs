//! The self-test of the audit: one known error of each kind is planted in the tables, and the
//! audit must find these and nothing else.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use diesel::QueryResult;
use diesel::connection::{Connection as _, SimpleConnection};
use serde::{Serialize, Serializer};

use super::planted::{PLANTS, Plant, SOUND, expected, stock};
use super::{Auditor, Found};
use crate::db::rights::{self, Need};
use crate::db::{AnyConnection, table};
use crate::hammer::gateway::Call;
use crate::hammer::{OrderOutcomes, Outcome};
use crate::model::load::Load;
use crate::model::order::{Basket, Order};
use crate::model::scenario::Scenario;
use crate::run::Shop;
use crate::run::audit::{Books, Violations};
use crate::tables::ledger::Entry;
use crate::tables::{item, ledger};

/// The ledger's columns, without what makes an order unique.
const LEDGER: &str = "order_key BIGINT NOT NULL, item_id BIGINT NOT NULL, delta BIGINT NOT NULL";

/// The audit does not find what was planted for it: nothing that it says can be believed.
#[derive(Debug, thiserror::Error)]
#[error(
    "lockbench's audit failed its self-test on this database: expected {wanted}, found {found}; \
     this is a bug in lockbench itself, and nothing was measured"
)]
pub struct SelfTestFailed {
    wanted: String,
    found: String,
}

/// A self-test that was passed.
#[derive(Clone, Copy, Debug, Serialize, schemars::JsonSchema)]
pub struct SelfTest {
    /// Kinds of violations that were planted, and found.
    pub violations: usize,
    /// How long it took.
    #[serde(rename = "elapsed_us", serialize_with = "micros")]
    #[schemars(with = "u64")]
    pub elapsed: Duration,
}

fn micros<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}

impl SelfTest {
    /// Plants wrongs in the shop's tables, and has `audit` find them. What was for sale is gone.
    ///
    /// # Errors
    /// [`SelfTestFailed`]; or whatever the database answers.
    pub fn pass(shop: &mut Shop<'_>, audit: &Auditor<'_>) -> Result<Self> {
        let began = Instant::now();
        let all: Vec<Plant> = SOUND
            .into_iter()
            .chain(PLANTS.named().map(|(_, plant)| plant))
            .collect();
        let (repeated, single): (Vec<Plant>, Vec<Plant>) =
            all.iter().copied().partition(has_an_order_twice);
        shop.restart(&Load::default())?;
        // The ledger takes no order twice: in a session of its own a temporary table that does
        // stands before it, under the same name.
        let mut apart = shop.database().connect()?;
        table::shadow(&mut apart, "lockbench_ledger", LEDGER)
            .context("the self-test could not create a temporary table")
            .map_err(|error| rights::explain(&mut apart, Need::Temporary, error))?;
        for &scenario in Scenario::value_variants() {
            let bed = Bed::of(scenario, &of(scenario, &single));
            // A ledger that loses or refuses rows (a trigger does) is the database's fault, which
            // the rounds will find, and not the audit's.
            if matches!(bed.plant(shop.connection()), Ok(true)) {
                bed.judge(shop.connection(), audit)?;
            } else {
                bed.plant_and_judge(&mut apart, audit)?;
            }
        }
        let bed = Bed::of(Scenario::Inventory, &of(Scenario::Inventory, &repeated));
        bed.plant_and_judge(&mut apart, audit)?;
        Ok(Self {
            violations: PLANTS.named().count(),
            elapsed: began.elapsed(),
        })
    }
}

fn has_an_order_twice(plant: &Plant) -> bool {
    plant.buyers.iter().any(|buyer| buyer.rows > 1)
}

fn of(scenario: Scenario, plants: &[Plant]) -> Vec<Plant> {
    let own = plants.iter().filter(|plant| plant.scenario == scenario);
    own.copied().collect()
}

/// What is planted at once, an item for each wrong, and what the buyers were told of it.
struct Bed {
    scenario: Scenario,
    load: Load,
    told: Vec<(Basket, Outcome)>,
    calls: Vec<Call>,
    entries: Vec<Entry>,
    stocks: Vec<(i64, i64)>,
    sql: String,
    wanted: Violations,
}

impl Bed {
    fn of(scenario: Scenario, plants: &[Plant]) -> Self {
        let mut told = Vec::new();
        let mut calls = Vec::new();
        let (mut stocks, mut entries, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for (item, plant) in (1_i64..).zip(plants) {
            stocks.push((item, plant.left));
            for buyer in plant.buyers {
                let key = told.len() as i64 + 1;
                let order = Order {
                    key,
                    item,
                    quantity: 1,
                };
                told.push((order.into(), buyer.told));
                entries.extend((0..buyer.rows).map(|_| Entry {
                    order_key: key,
                    item_id: item,
                    delta: -1,
                }));
                events.extend((0..buyer.events).map(|_| format!("({key}, 'purchase_succeeded')")));
                calls.extend((0..buyer.bills).map(|_| Call {
                    at_us: 0,
                    server: 0,
                    invoice: item,
                    billed: true,
                }));
            }
        }
        let mut sql = vec![
            "DELETE FROM lockbench_ledger".to_owned(),
            "DELETE FROM lockbench_outbox".to_owned(),
            "DELETE FROM lockbench_items".to_owned(),
        ];
        let mut insert = |into: &str, values: Vec<String>| {
            if !values.is_empty() {
                sql.push(format!("INSERT INTO {into} VALUES {}", values.join(", ")));
            }
        };
        let items = stocks
            .iter()
            .map(|(item, left)| format!("({item}, {left})"));
        insert("lockbench_items (id, stock)", items.collect());
        let rows = entries.iter().map(|entry: &Entry| {
            let Entry {
                order_key,
                item_id,
                delta,
            } = entry;
            format!("({order_key}, {item_id}, {delta})")
        });
        insert(
            "lockbench_ledger (order_key, item_id, delta)",
            rows.collect(),
        );
        if scenario.publishes() {
            insert("lockbench_outbox (order_key, event)", events);
        }
        Self {
            scenario,
            load: Load {
                items: plants.len() as i64,
                stock: stock(scenario),
                ..Load::default()
            },
            told,
            calls,
            entries,
            stocks,
            sql: sql.join("; "),
            wanted: expected(plants),
        }
    }

    /// Plants it; gives whether the tables hold it now.
    fn plant(&self, connection: &mut AnyConnection) -> QueryResult<bool> {
        connection.transaction(|connection| connection.batch_execute(&self.sql))?;
        let entries = ledger::entries(connection)?;
        Ok(entries == self.entries && item::stocks(connection)? == self.stocks)
    }

    fn plant_and_judge(&self, connection: &mut AnyConnection, audit: &Auditor<'_>) -> Result<()> {
        let failed = "the self-test could not write to lockbench's tables";
        if !self.plant(connection).context(failed)? {
            bail!("{failed}: this database does not keep what is written to it");
        }
        self.judge(connection, audit)
    }

    /// Holds what `audit` finds against what is there.
    fn judge(&self, connection: &mut AnyConnection, audit: &Auditor<'_>) -> Result<()> {
        let told = OrderOutcomes::listed(self.told.clone());
        let found = audit(&Found {
            scenario: self.scenario,
            load: &self.load,
            told: &told,
            books: &Books::read(connection, self.load.items, &told)?,
            calls: &self.calls,
        });
        if found == self.wanted {
            return Ok(());
        }
        Err(SelfTestFailed {
            wanted: in_words(&self.wanted),
            found: in_words(&found),
        }
        .into())
    }
}

/// "oversold 1, lost updates 2".
fn in_words(violations: &Violations) -> String {
    let found: Vec<String> = violations
        .named()
        .filter(|(_, number)| *number > 0)
        .map(|(name, number)| format!("{} {number}", name.replace('_', " ")))
        .collect();
    if found.is_empty() {
        "nothing".to_owned()
    } else {
        found.join(", ")
    }
}
