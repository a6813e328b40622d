//! Sessions that wait in their own code, where no database sees it, and those that only sleep.

use super::{Raced, race_sql, shop};

/// Reads, checks and writes in a transaction, by `execute` and what else is in the worker's place.
fn buy(before: &str, between: &str, after: &str) -> String {
    format!(
        "import fcntl, os, time\n\
         lock = open(os.environ['LOCK_FILE'], 'w')\n\
         {before}\n\
         units = execute('SELECT units FROM stock WHERE id = 1')\n\
         {between}\n\
         if units > 0:\n    \
             execute(f'UPDATE stock SET units = {{units - 1}} WHERE id = 1')\n    \
             execute('INSERT INTO orders (item) VALUES (1)')\n\
         {after}"
    )
}

/// Races two that have a file to lock.
fn race_two(arguments: &[&str], code: &str) -> Raced {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let variable = format!("LOCK_FILE={}", file.path().display());
    let arguments = [&["--env", &variable], arguments].concat();
    race_sql(&shop(), &arguments, &[code, code])
}

const TAKE: &str = "fcntl.flock(lock, fcntl.LOCK_EX)";
const GIVE_BACK: &str = "fcntl.flock(lock, fcntl.LOCK_UN)";

#[test]
fn a_lock_in_a_file_that_is_kept_until_after_the_commit_is_right() {
    let code = buy(TAKE, "", &format!("connection.commit()\n{GIVE_BACK}"));
    let raced = race_two(&[], &code);
    assert_eq!(raced.exit, Some(0), "{raced:#?}");
    assert!(
        raced.result["waited_in_code"].as_u64() > Some(0),
        "{raced:#?}"
    );
    assert_eq!(raced.result["waited"], 0);
}

#[test]
fn a_lock_in_a_file_that_is_given_back_before_the_commit_is_not() {
    let raced = race_two(&[], &buy(TAKE, "", GIVE_BACK));
    assert_eq!(raced.exit, Some(1), "{raced:#?}");
    let (schedules, wrong) = raced.counts();
    assert!(wrong > 0 && wrong < schedules, "{raced:#?}");
    assert!(
        raced.result["witness"]["repeats"]
            .as_bool()
            .unwrap_or_default()
    );
}

#[test]
fn one_that_only_sleeps_is_waited_for() {
    // Longer than the first time of patience.
    let code = buy("", "time.sleep(3.2)", "");
    let raced = race_two(&["--replay", "1.1.1.1.2"], &code);
    assert_eq!(raced.exit, Some(0), "{raced:#?}");
    let sessions: Vec<u64> = raced.result["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter_map(|step| step["session"].as_u64())
        .collect();
    assert_eq!(sessions, [1, 1, 1, 1, 2, 2], "{raced:#?}");
}
