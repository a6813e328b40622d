import os
import sys

import psycopg2
from serving import serve

how = sys.argv[1]
session = int(os.environ.get("LOCKBENCH_SESSION", "1"))
levels = {
    "doctors-repeatable-read": "REPEATABLE READ",
    "report-repeatable-read": "REPEATABLE READ",
    "doctors-serializable": "SERIALIZABLE",
}
connection = psycopg2.connect("")
connection.set_session(isolation_level=levels.get(how, "READ COMMITTED"))
cursor = connection.cursor()


def row(sql, *values):
    cursor.execute(sql, values)
    return cursor.fetchone()


def run(sql, *values):
    cursor.execute(sql, values)
    return cursor.rowcount


def counter():
    (uses,) = row("SELECT uses FROM counters WHERE id = 1")
    run("UPDATE counters SET uses = %s WHERE id = 1", uses + 1)


def counter_for_update():
    (uses,) = row("SELECT uses FROM counters WHERE id = 1 FOR UPDATE")
    run("UPDATE counters SET uses = %s WHERE id = 1", uses + 1)


def counter_relative():
    run("UPDATE counters SET uses = uses + 1 WHERE id = 1")


def check_then_relative():
    (uses,) = row("SELECT uses FROM counters WHERE id = 1")
    if uses < 1:
        run("UPDATE counters SET uses = uses + 1 WHERE id = 1")


def conditional():
    run("UPDATE counters SET uses = uses + 1 WHERE id = 1 AND uses < 1")


def version_in_program():
    uses, version = row("SELECT uses, version FROM counters WHERE id = 1")
    (now,) = row("SELECT version FROM counters WHERE id = 1")
    if now != version:
        raise RuntimeError("somebody was faster")
    run("UPDATE counters SET uses = %s, version = %s WHERE id = 1", uses + 1, version + 1)


def version_in_where():
    uses, version = row("SELECT uses, version FROM counters WHERE id = 1")
    changed = run(
        "UPDATE counters SET uses = %s, version = %s WHERE id = 1 AND version = %s",
        uses + 1,
        version + 1,
        version,
    )
    if not changed:
        raise RuntimeError("somebody was faster")


def insert_where_not_exists():
    run(
        "INSERT INTO users (email) SELECT 'a@b' "
        "WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = 'a@b')"
    )


def insert_where_not_exists_unique():
    run(
        "INSERT INTO members (email) SELECT 'a@b' "
        "WHERE NOT EXISTS (SELECT 1 FROM members WHERE email = 'a@b')"
    )


def claim_by_subquery():
    run(
        "UPDATE jobs SET worker = %s WHERE id = "
        "(SELECT id FROM jobs WHERE worker IS NULL ORDER BY id LIMIT 1)",
        session,
    )


def claim_by_subquery_skip_locked():
    run(
        "UPDATE jobs SET worker = %s WHERE id = "
        "(SELECT id FROM jobs WHERE worker IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)",
        session,
    )


def doctors():
    (on_call,) = row("SELECT count(*) FROM doctors WHERE on_call")
    if on_call >= 2:
        run("UPDATE doctors SET on_call = false WHERE id = %s", session)


def unlock_early():
    run("SELECT pg_advisory_lock(1)")
    counter()
    run("SELECT pg_advisory_unlock(1)")


def lock_to_the_end():
    run("SELECT pg_advisory_xact_lock(1)")
    counter()


def report():
    if session == 1:
        one = row("SELECT balance FROM accounts WHERE id = 1")
        other = row("SELECT balance FROM accounts WHERE id = 2")
        run("INSERT INTO reports (total) VALUES (%s)", one[0] + other[0])
    else:
        run("UPDATE accounts SET balance = balance - 10 WHERE id = 1")
        run("UPDATE accounts SET balance = balance + 10 WHERE id = 2")


def ring():
    others = 3 if how == "ring" else 2
    move(session, session % others + 1)


def transfer_in_order():
    move(session, session % 2 + 1, ordered=True)


def move(source, target, ordered=False):
    moves = [(source, -10), (target, 10)]
    for account, amount in sorted(moves) if ordered else moves:
        run("UPDATE accounts SET balance = balance + %s WHERE id = %s", amount, account)


patterns = {
    "doctors-repeatable-read": doctors,
    "doctors-serializable": doctors,
    "report-repeatable-read": report,
    "transfer": ring,
}
pattern = patterns.get(how) or globals()[how.replace("-", "_")]


def work():
    try:
        pattern()
        connection.commit()
    except Exception:
        connection.rollback()
        raise


serve(work)
