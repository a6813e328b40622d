//! Bad input and bad luck: a message of a line or two, and the right exit code.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use crate::common;

/// What the program says to `lockbench run --strategy optimistic` with these arguments, after
/// seeing to it that it ends with `code` and prints no report.
fn refusal(arguments: &[&str], code: i32) -> String {
    let assert = common::lockbench()
        .args(["run", "--strategy", "optimistic"])
        .args(arguments)
        .assert()
        .code(code)
        .stdout("");
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    assert!(said.starts_with("error: "), "{said}");
    said
}

#[test]
fn an_unknown_strategy_lists_the_known_ones() {
    common::lockbench()
        .args(["run", "--strategy", "optimist"])
        .assert()
        .code(2)
        .stderr(contains(
            "[possible values: naive, transaction, pessimistic",
        ))
        .stderr(contains("'optimistic'"));
}

#[test]
fn a_misspelt_strategy_suggests_the_nearest_three_in_every_command() {
    for arguments in [
        &["run", "--strategy"][..],
        &["explain"],
        &["explore", "--strategy"],
        &["explore", "--strategy", "naive", "--beside"],
        &["check", "--strategies"],
        &["compare", "--strategies"],
        &["sweep", "--axis", "items=1,2", "--strategies"],
        &["advise", "--strategies"],
    ] {
        let done = common::lockbench()
            .args(arguments)
            .arg("optimistik")
            .assert()
            .code(2)
            .stdout("");
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(said.contains("pessimistic, nowait"), "lists all: {said}");
        let said = said.replace('\'', "");
        let near = said.split("exist: ").nth(1);
        let near = near.or_else(|| said.split("the most similar names: ").nth(1));
        let near: Vec<&str> = near
            .and_then(|near| near.lines().next())
            .unwrap_or_else(|| panic!("{said}"))
            .split(", ")
            .collect();
        assert_eq!(near.len(), 3, "{arguments:?}: {said}");
        assert_eq!(near[..2], ["optimistic", "pessimistic"], "{arguments:?}");
    }
}

#[test]
fn numbers_that_make_no_run_are_refused() {
    for (arguments, said) in [
        (["--threads", "0"], "at least one thread"),
        (["--stock", "-1"], "the stock is -1"),
        (["--quantity", "0"], "the quantity is 0"),
        (["--orders", "0"], "at least one order"),
        (["--items", "0"], "at least one item"),
        (["--pool", "0"], "at least one connection"),
        (["--duration", "0"], "the duration must be more than zero"),
        (["--duration", "0s"], "the duration must be more than zero"),
        (["--rate", "0"], "the rate is 0"),
        (["--skew", "-1"], "the skew is -1"),
        (["--restock", "1"], "the share of restocks is 1"),
        (["--max-attempts", "0"], "at least one attempt"),
        (["--hold", "5"], "5 what? Write 5ms or 5s"),
    ] {
        let answer = refusal(&arguments, 2);
        assert!(answer.contains(said), "{arguments:?}: {answer}");
    }
}

#[test]
fn a_number_of_orders_and_a_duration_exclude_each_other() {
    let said = refusal(&["--orders", "5", "--duration", "1s"], 2);
    assert!(said.contains("cannot be used with"), "{said}");
}

#[test]
fn a_combination_without_meaning_is_refused_with_the_reason() {
    let said = refusal(&["--read", "skip-locked"], 2);
    assert!(said.contains("SQLite locks the whole database"), "{said}");
    let said = refusal(&["--guard", "advisory"], 2);
    assert!(said.contains("SQLite has no advisory locks"), "{said}");
    let said = refusal(&["--read", "none"], 2);
    assert!(said.contains("reads nothing"), "{said}");
}

#[test]
fn what_makes_no_story_is_refused() {
    let invoices = "--scenario=invoices";
    for (arguments, said) in [
        (&["--servers=0"][..], "at least one server"),
        (
            &["--kill-server=nonsense"],
            "`nonsense` does not say which server to kill and when: write `1@40%`",
        ),
        (
            &["--servers=2", "--kill-server=3@40%"],
            "--kill-server names server 3, but the number of servers is 2",
        ),
        (&["--basket=0"], "a basket must hold at least one item"),
        (
            &["--basket=3", "--items=2"],
            "a basket of 3 different items needs at least 3 --items, and there are 2",
        ),
        (&["--slots=0"], "at least one slot"),
        (
            &["--quantity=5..1"],
            "the quantity is 5..1: the first number must not exceed the second",
        ),
        (
            &["--quantity=x"],
            "`x` is not a quantity: write a number, as in `3`, or a range, as in `1..20`",
        ),
        (
            &["--quantity=0..3"],
            "the quantity is 0..3: an order must ask for at least 1",
        ),
        (
            &["--until-empty", "--quantity=2"],
            "--until-empty needs a --quantity that starts at 1",
        ),
        (
            &["--api-latency=1s"],
            "--api-latency needs a scenario with an external API: --scenario invoices",
        ),
        (&["--api-latency=5", invoices], "5 what? Write 5ms or 5s"),
        (
            &["--idempotency-key"],
            "--idempotency-key needs a scenario with an external API: --scenario invoices",
        ),
        (
            &["--idempotency-key", "--scenario=credit"],
            "--idempotency-key needs a scenario with an external API: --scenario invoices",
        ),
        (
            &["--basket=2", invoices],
            "--basket does not apply to --scenario invoices",
        ),
        (
            &["--stock=3", invoices],
            "--stock does not apply to --scenario invoices",
        ),
        (
            &["--quantity=2", invoices],
            "--quantity does not apply to --scenario invoices",
        ),
        (
            &["--orders=2", invoices],
            "--orders does not apply to --scenario invoices",
        ),
        (
            &["--duration=2s", invoices],
            "--duration does not apply to --scenario invoices",
        ),
        (
            &["--items=2", "--scenario=credit"],
            "--items does not apply to --scenario credit: there is only one account",
        ),
        (
            &["--scenario=nonsense"],
            "[possible values: inventory, credit, invoices]",
        ),
        (&["--preset=nonsense"], "[possible values: pressure]"),
        (
            &["--preset=pressure", invoices],
            "--preset pressure belongs to --scenario inventory",
        ),
        (&["--guard=semaphor"], "'semaphore'"),
    ] {
        let answer = refusal(arguments, 2);
        assert!(answer.contains(said), "{arguments:?}: {answer}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_known_before_anything_runs() {
    let said = refusal(&["--output", "/nonexistent/x"], 2);
    assert!(
        said.contains("cannot write /nonexistent/x: No such file"),
        "{said}"
    );
}

#[test]
fn a_database_that_fails_leaves_no_empty_report_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.txt");
    let report = report.to_str().expect("a path in UTF-8");
    refusal(
        &["--output", report, "--database", "postgres://127.0.0.1:1/x"],
        3,
    );
    assert!(!std::path::Path::new(report).exists());
}

#[test]
fn a_name_of_no_database_lists_what_names_one() {
    let said = refusal(&["--database", "oracle://u:secret@h/d"], 2);
    assert!(said.contains("sqlite, sqlite:PATH, postgres"), "{said}");
    assert!(!said.contains("secret"), "{said}");
    let said = refusal(&["--database", "./shop.db"], 2);
    assert!(said.contains("write sqlite:./shop.db"), "{said}");
}

#[test]
fn the_environment_is_named_when_its_url_is_the_wrong_one() {
    common::lockbench()
        .args(["run", "--strategy", "optimistic"])
        .env("DATABASE_URL", "oracle://u:secret@h/d")
        .assert()
        .code(2)
        .stderr(contains("invalid DATABASE_URL"))
        .stderr(contains("'oracle://…'"))
        .stderr(contains("secret").not());
}

#[test]
fn a_mistyped_path_is_not_made_into_a_new_database() {
    let said = refusal(&["--database", "sqlite:/nonexistent/shop.db"], 3);
    assert!(
        said.contains("the folder /nonexistent of /nonexistent/shop.db does not exist"),
        "{said}"
    );
    let said = refusal(&["--database", "sqlite:/tmp"], 3);
    assert!(said.contains("/tmp is a folder"), "{said}");
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("letter.txt");
    let letter = "Dear reader, this is a letter and not a database at all. ".repeat(20);
    std::fs::write(&path, &letter).expect("a letter");
    let said = refusal(&["--database", &format!("sqlite:{}", path.display())], 3);
    assert!(said.contains("file is not a database"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).expect("the letter"), letter);
}

/// Permission bits do not stop root, so that root runs a copy of the program as `nobody`.
#[test]
fn a_read_only_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    let name = path.to_str().expect("a path in UTF-8");
    common::sqlite(name)
        .batch_execute("CREATE TABLE mine (id BIGINT)")
        .expect("a database");
    let program = folder.path().join("lockbench");
    // Not by ourselves: no program starts while somebody has it open for writing (ETXTBSY), and
    // what other tests start meanwhile would inherit that from us.
    let copied = std::process::Command::new("cp")
        .args([Path::new(env!("CARGO_BIN_EXE_lockbench")), &program])
        .status();
    assert!(copied.expect("cp").success());
    for (path, mode) in [
        (&path, 0o444),
        (&program, 0o755),
        (&folder.path().into(), 0o755),
    ] {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("permissions");
    }
    let mut command = std::process::Command::new(program);
    if let Some(nobody) = nobody() {
        command.uid(nobody);
    }
    command.args(["run", "--strategy", "optimistic"]);
    command.args(["--database", &format!("sqlite:{name}")]);
    let done = command.output().expect("the program");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("readonly database"), "{said}");
}

/// The account to step down to from root.
fn nobody() -> Option<u32> {
    let root = nix::unistd::geteuid().is_root();
    root.then(|| {
        let found = nix::unistd::User::from_name("nobody").expect("the list of users");
        found.expect("a user called nobody").uid.as_raw()
    })
}

#[test]
fn a_refused_port_is_answered_within_seconds_in_the_systems_own_words() {
    let asked = Instant::now();
    let said = refusal(&["--database", "postgres://u:secret@127.0.0.1:1/x"], 3);
    assert!(said.contains("Connection refused"), "{said}");
    assert!(said.contains("postgres://u:***@127.0.0.1:1/x"), "{said}");
    assert!(!said.contains("secret"), "{said}");
    // The promise is 5 s; the machine may be slow.
    assert!(asked.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_host_that_never_answers_is_given_up() {
    // Accepts connections and says nothing.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its number").port();
    let asked = Instant::now();
    let url = format!("postgres://u:secret@127.0.0.1:{port}/x");
    let said = refusal(&["--database", &url], 3);
    assert!(
        said.contains("timeout expired") || said.contains("no answer within 5 s"),
        "{said}"
    );
    assert!(asked.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_missing_database_and_a_wrong_user_are_told_in_the_servers_own_words() {
    let url = common::postgres_url();
    let missing = url.replace("/test_", "/missing_");
    let said = refusal(&["--database", &missing], 3);
    assert!(said.contains("does not exist"), "{said}");
    let unknown = url.replace("//lockbench@", "//unknown:secret@");
    let said = refusal(&["--database", &unknown], 3);
    assert!(said.contains("role \"unknown\" does not exist"), "{said}");
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn a_password_that_splits_the_url_is_refused_without_being_shown() {
    for url in ["postgres://u:sec@ret@h/d", "postgres://u:sec/ret@h/d"] {
        let said = refusal(&["--database", url], 2);
        assert!(said.contains("write %40 for '@'"), "{said}");
        assert!(!said.contains("sec") && !said.contains("ret@"), "{said}");
    }
}

#[test]
fn a_user_who_may_not_create_is_told_what_to_ask_for() {
    let url = common::postgres_url();
    common::postgres(&url)
        .batch_execute("CREATE ROLE guest LOGIN")
        .expect("a guest");
    let as_guest = url.replace("//lockbench@", "//guest@");
    let said = refusal(&["--database", &as_guest], 3);
    assert!(said.contains("permission denied for database"), "{said}");
    assert!(said.contains("GRANT CREATE ON DATABASE"), "{said}");
}

#[test]
fn more_connections_than_the_server_gives_is_an_error() {
    let url = common::postgres_url();
    common::postgres(&url)
        .batch_execute(&format!(
            "ALTER DATABASE {} CONNECTION LIMIT 3; \
             CREATE ROLE clerk LOGIN; \
             GRANT ALL ON DATABASE {0} TO clerk",
            url.rsplit('/').next().expect("a name")
        ))
        .expect("a limit, which does not bind a superuser");
    let as_clerk = url.replace("//lockbench@", "//clerk@");
    let said = refusal(&["--database", &as_clerk], 3);
    assert!(said.contains("too many connections for database"), "{said}");
    assert!(said.contains("--pool"), "{said}");
}

#[test]
fn two_at_once_in_one_database_would_measure_each_other() {
    use lockbench::db::{Address, Database, server::ServerOptions};
    let folder = tempfile::tempdir().expect("a folder");
    for name in [
        common::postgres_url(),
        format!("sqlite:{}/shop.db", folder.path().display()),
    ] {
        let address: Address = name.parse().expect("a name");
        let database = Database::open(&address, &ServerOptions::default()).expect("a database");
        let shop = lockbench::run::Shop::open(&database).expect("the only shop");
        let said = refusal(&["--database", &name], 3);
        assert!(said.contains("another lockbench is using"), "{said}");
        drop(shop);
        common::lockbench()
            .args(["run", "--strategy", "atomic", "--no-control"])
            .args(["--database", &name])
            .assert()
            .success();
    }
}

/// Whoever runs lockbench from Rust gets the rules of the command line, too.
#[test]
fn the_library_refuses_what_makes_no_sense_before_anything_runs() {
    use std::sync::atomic::AtomicBool;

    use lockbench::db::Backend;
    use lockbench::hammer::Progress;
    use lockbench::hammer::servers::Servers;
    use lockbench::model::invalid_request::InvalidRequest;
    use lockbench::model::load::Load;
    use lockbench::model::scenario::Scenario;
    use lockbench::model::strategy::Strategy;
    use lockbench::run::{Request, Shop};

    let good = Request::new(Strategy::Atomic, Load::default());
    let servers = |count, kill: Option<&str>| {
        Some(Servers {
            count,
            program: "lockbench".into(),
            kill: kill.map(|kill| kill.parse().expect("a kill")),
        })
    };
    let wrong = [
        (
            "at least one thread",
            Request {
                load: Load {
                    threads: 0,
                    ..Load::default()
                },
                ..good.clone()
            },
        ),
        (
            "--orders does not apply to --scenario invoices",
            Request {
                scenario: Scenario::Invoices,
                ..good.clone()
            },
        ),
        (
            "share-then-upgrade cannot be run on SQLite",
            Request::new(
                lockbench::model::mistake::Mistake::ShareThenUpgrade,
                Load::default(),
            ),
        ),
        (
            "at least one server",
            Request {
                servers: servers(0, None),
                ..good.clone()
            },
        ),
        (
            "names server 3, but the number of servers is 2",
            Request {
                servers: servers(2, Some("3@40%")),
                ..good.clone()
            },
        ),
    ];
    let database = common::database(Backend::Sqlite);
    let mut shop = Shop::open(&database).expect("a shop");
    let never = AtomicBool::new(false);
    for (why, request) in wrong {
        let error = shop.run(&request, &never, &Progress::default());
        let error = error.expect_err(why);
        let refused = error.downcast_ref::<InvalidRequest>().expect(why);
        assert!(refused.to_string().contains(why), "{refused}");
    }
    good.check(Backend::Sqlite)
        .expect("nothing is wrong with it");
}
