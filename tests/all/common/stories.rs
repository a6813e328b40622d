//! The stories: several servers, and what came of them by SQL of the tests' own.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};
use lockbench::db::{Backend, Database};
use lockbench::hammer::servers::{Kill, Servers};
use lockbench::model::candidate::{Candidate, Overrides};
use lockbench::model::load::Load;
use lockbench::model::scenario::Scenario;
use lockbench::model::strategy::{Guard, Isolation, Strategy};
use lockbench::run::result::RunResult;
use lockbench::run::{Billing, Request, Shop};

use crate::common::books::assert_balanced;
use crate::common::{postgres, run_request, sqlite};

/// What can happen by chance is to happen in one of so many runs.
pub const TRIES: u32 = 6;

/// So many servers, each lockbench's own program.
pub fn servers(count: u32) -> Servers {
    Servers {
        count,
        program: env!("CARGO_BIN_EXE_lockbench").into(),
        kill: None,
    }
}

/// One of two servers is killed when 40 % of the work is done.
pub fn one_of_two_killed(server: u32) -> Servers {
    Servers {
        kill: Some(Kill { server, at: 0.4 }),
        ..servers(2)
    }
}

/// So many servers bill twelve invoices, with two workers each.
pub fn invoices(candidate: impl Into<Candidate>, servers: Servers) -> Request {
    let load = Load {
        items: 12,
        ..Scenario::Invoices.load()
    };
    Request {
        scenario: Scenario::Invoices,
        servers: Some(servers),
        billing: Billing {
            latency: Duration::from_millis(10),
            idempotent: false,
        },
        ..Request::new(candidate, load)
    }
}

/// The same with an idempotency key.
pub fn with_a_key(request: Request) -> Request {
    let billing = Billing {
        idempotent: true,
        ..request.billing
    };
    Request { billing, ..request }
}

/// `strategy` with another guard.
pub fn guarded(strategy: Strategy, guard: Guard) -> Candidate {
    let overrides = Overrides {
        guard: Some(guard),
        ..Overrides::default()
    };
    Candidate::new(strategy, overrides)
}

/// `strategy` without a transaction.
pub fn in_autocommit(strategy: Strategy) -> Candidate {
    let overrides = Overrides {
        isolation: Some(Isolation::Autocommit),
        ..Overrides::default()
    };
    Candidate::new(strategy, overrides)
}

/// Runs what is asked for until `happened`, which it must in one of a few runs. Every run must
/// hold whatever `holds` demands.
pub fn run_until(
    database: &Database,
    request: &Request,
    holds: impl Fn(&RunResult),
    happened: impl Fn(&RunResult) -> bool,
) -> RunResult {
    let mut shop = Shop::open(database).expect("a shop of the test's own");
    let mut last = None;
    for _ in 0..TRIES {
        let result = run_request(&mut shop, request);
        holds(&result);
        if happened(&result) {
            return result;
        }
        last = Some(result);
    }
    panic!("it did not happen in {TRIES} runs: {last:#?}");
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The number that `SELECT expression` gives, over lockbench's tables and without anything else of its.
pub fn number(database: &Database, expression: &str) -> i64 {
    let url = database.shown_url();
    let question = format!("SELECT (SELECT {expression}) AS number");
    let found: QueryResult<Number> = match database.backend() {
        Backend::Sqlite => {
            let path = url.strip_prefix("sqlite:").expect("a file");
            sql_query(question).get_result(&mut sqlite(path))
        }
        Backend::Postgres => {
            let mut connection = postgres(&url);
            connection
                .batch_execute("SET search_path TO lockbench")
                .expect("lockbench's schema");
            sql_query(question).get_result(&mut connection)
        }
        #[cfg(feature = "mysql")]
        Backend::Mysql => {
            sql_query(question).get_result(&mut crate::common::mariadb::connect(&url))
        }
        #[cfg(not(feature = "mysql"))]
        Backend::Mysql => unreachable!("this build has no MariaDB"),
    };
    found.expect("a number").number
}

/// Sees to it that every invoice is marked as sent once, and is accounted for once.
pub fn assert_marks_are_right(database: &Database, result: &RunResult) {
    assert_balanced(database, result);
    let pending = number(database, "COUNT(*) FROM lockbench_items WHERE stock <> 0");
    let unrecorded = "COUNT(*) FROM lockbench_items AS i WHERE 1 <> \
        (SELECT COUNT(*) FROM lockbench_ledger AS l WHERE l.item_id = i.id AND l.delta = -1)";
    let unrecorded = number(database, unrecorded);
    assert_eq!((pending, unrecorded), (0, 0), "{result:#?}");
}

/// Sees to it that the accounts of the invoices, the calls and the servers add up.
pub fn assert_accounts_add_up(result: &RunResult) {
    let effects = result.effects.as_ref().expect("an account of the bills");
    let all = effects.billed_once + effects.billed_twice_or_more + effects.never_billed;
    assert_eq!(all, result.load.items.unsigned_abs(), "{result:#?}");
    assert_eq!(effects.invoices.len() as u64, all, "{result:#?}");
    let bills: u64 = effects.invoices.iter().map(|invoice| invoice.billed).sum();
    assert!(bills <= effects.calls, "{result:#?}");
    assert_eq!(
        result.violations.double_billed,
        bills + effects.never_billed - all,
        "{result:#?}"
    );
    let by_servers: u64 = result.servers.iter().map(|server| server.billed).sum();
    assert_eq!(by_servers, bills, "{result:#?}");
    // What a killed server has done without telling is in the ledger, and in no server's account.
    let told: u64 = result.servers.iter().map(|server| server.done).sum();
    let sold = result.outcomes.sold - result.outcomes.unknown_found;
    assert_eq!(told, sold, "{result:#?}");
}
