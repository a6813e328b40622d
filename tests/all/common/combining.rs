//! Buyers who stand in line in an order that the test decides.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Integer};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::{AnyConnection, Backend, Database};
use lockbench::model::load::Load;
use lockbench::model::order::Order;
use lockbench::model::strategy::{Plan, Strategy};
use lockbench::purchase::coordinator::Coordinator;
use lockbench::purchase::{Answer, AttemptError, PurchaseContext, attempt, was_carried_out};
use lockbench::tables::ledger;

/// How a buyer fared.
#[derive(Debug)]
pub struct Told {
    pub answer: Answer,
    pub attempts: u32,
    /// How often nobody could say whether it was carried out.
    pub uncertain: u32,
    /// Whether its key was in the ledger before it came.
    pub was_recorded: bool,
}

/// Buyers of item 1, each with a session of its own.
pub struct Buyers<'a> {
    database: &'a Database,
    plan: Plan,
    coordinator: Coordinator,
    /// The server's numbers of their sessions, by the key of the order.
    sessions: Mutex<BTreeMap<i64, i32>>,
}

/// A session of nobody's.
pub fn rival(database: &Database) -> AnyConnection {
    database.connect().expect("a session of the test's own")
}

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
}

impl<'a> Buyers<'a> {
    /// Buyers under `combine`, with so many units for sale.
    pub fn of(database: &'a Database, stock: i64) -> Self {
        let load = Load {
            stock,
            ..Load::default()
        };
        Self::under(database, Strategy::Combine.plan(), &load)
    }

    pub fn under(database: &'a Database, plan: Plan, load: &Load) -> Self {
        let mut shop = lockbench::run::Shop::open(database).expect("a shop of the test's own");
        shop.restart_in(plan.layout, load).expect("a full shop");
        Self {
            database,
            plan,
            coordinator: Coordinator::new(&plan, 1, 1),
            sessions: Mutex::default(),
        }
    }

    pub fn record_beforehand(&self, key: i64) {
        let order = Order {
            key,
            item: 1,
            quantity: 1,
        };
        // As if it had been for another item: this one's books stay right.
        let order = Order { item: 2, ..order };
        ledger::record(&mut rival(self.database), &order).expect("a row of the ledger");
    }

    /// Has the first buyer wait for the item's row, and the others stand in line behind it in
    /// this order; the row is free once `meanwhile` is over. `watch` is told the key of whoever
    /// has just seen the answer to a statement. A buyer that panics is told "sold out".
    pub fn meet(
        &self,
        wanted: &[i64],
        watch: impl Fn(i64) + Sync,
        meanwhile: impl FnOnce(&Self),
    ) -> Vec<Told> {
        let mut rival = rival(self.database);
        rival
            .batch_execute(match self.database.backend() {
                Backend::Sqlite => "BEGIN IMMEDIATE",
                _ => "BEGIN; SELECT * FROM lockbench_items WHERE id = 1 FOR UPDATE",
            })
            .expect("the row");
        thread::scope(|scope| {
            let mut buyers = Vec::new();
            for (index, quantity) in wanted.iter().enumerate() {
                let key = index as i64 + 1;
                let watch = &watch;
                buyers.push(scope.spawn(move || self.buy(key, *quantity, watch)));
                match index {
                    // It leads, and is alone.
                    0 => thread::sleep(Duration::from_millis(100)),
                    _ => self.wait_until(|| self.coordinator.queues.length(1) >= index),
                }
            }
            meanwhile(self);
            rival.batch_execute("ROLLBACK").expect("the row is free");
            let told = buyers.into_iter().map(|buyer| {
                buyer.join().unwrap_or(Told {
                    answer: Answer::SoldOut,
                    attempts: 1,
                    uncertain: 0,
                    was_recorded: false,
                })
            });
            told.collect()
        })
    }

    /// Tries until the order is settled.
    pub fn buy(&self, key: i64, quantity: i64, watch: &(dyn Fn(i64) + Sync)) -> Told {
        let order = Order {
            key,
            item: 1,
            quantity,
        };
        let shop = PurchaseContext {
            watch: &|_| watch(key),
            ..PurchaseContext::new(self.plan, &self.coordinator, 100)
        };
        let mut connection = self.connect(key);
        let mut told = Told {
            answer: Answer::SoldOut,
            attempts: 0,
            uncertain: 0,
            was_recorded: false,
        };
        loop {
            told.attempts += 1;
            match attempt(&mut connection, &shop, &order.into()) {
                Ok(answer) => return Told { answer, ..told },
                Err(AttemptError::AlreadyRecorded) if told.attempts == 1 => {
                    return Told {
                        was_recorded: true,
                        ..told
                    };
                }
                Err(AttemptError::Conflict(_)) => connection = self.connect(key),
                Err(AttemptError::Uncertain) => {
                    told.uncertain += 1;
                    connection = self.connect(key);
                    let done = was_carried_out(&mut connection, &order.into());
                    if done.expect("an answer") {
                        let answer = Answer::Done;
                        return Told { answer, ..told };
                    }
                }
                Err(error) => panic!("{key}: {error:?}"),
            }
        }
    }

    fn connect(&self, key: i64) -> AnyConnection {
        let mut connection = rival(self.database);
        if self.database.backend() == Backend::Postgres {
            let session = sql_query("SELECT pg_backend_pid() AS pid")
                .get_result::<Session>(&mut connection)
                .expect("a number");
            let mut sessions = self.sessions.lock().expect("no panic");
            sessions.insert(key, session.pid);
        }
        connection
    }

    /// Ends the session of the buyer with that key, once it waits for a lock.
    pub fn end_session_of(&self, key: i64) {
        let mut admin = rival(self.database);
        let pid = self.sessions.lock().expect("no panic")[&key];
        self.wait_until(|| {
            let question = format!(
                "SELECT COUNT(*) AS waiting FROM pg_stat_activity \
                 WHERE pid = {pid} AND wait_event_type = 'Lock'"
            );
            let found = sql_query(question).get_result::<Waiting>(&mut admin);
            found.expect("a number").waiting > 0
        });
        admin
            .batch_execute(&format!("SELECT pg_terminate_backend({pid})"))
            .expect("the session is ended");
    }

    fn wait_until(&self, mut condition: impl FnMut() -> bool) {
        while !condition() {
            thread::sleep(Duration::from_millis(2));
        }
    }
}
