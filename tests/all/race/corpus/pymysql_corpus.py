import os
import sys

import pymysql
from serving import serve

how = sys.argv[1]
session = int(os.environ.get("LOCKBENCH_SESSION", "1"))
connection = pymysql.connect(
    host=os.environ["MYSQL_HOST"],
    port=int(os.environ["MYSQL_TCP_PORT"]),
    user=os.environ["MYSQL_USER"],
    password=os.environ["MYSQL_PWD"],
    database=os.environ["MYSQL_DATABASE"],
)
cursor = connection.cursor()
for level in "read-committed", "serializable":
    if how.endswith("-" + level):
        how = how.removesuffix("-" + level)
        words = level.replace("-", " ").upper()
        cursor.execute(f"SET SESSION TRANSACTION ISOLATION LEVEL {words}")


def row(sql, *values):
    cursor.execute(sql, values)
    return cursor.fetchone()


def run(sql, *values):
    return cursor.execute(sql, values)


def counter():
    (uses,) = row("SELECT uses FROM counters WHERE id = 1")
    run("UPDATE counters SET uses = %s WHERE id = 1", uses + 1)


def counter_for_update():
    (uses,) = row("SELECT uses FROM counters WHERE id = 1 FOR UPDATE")
    run("UPDATE counters SET uses = %s WHERE id = 1", uses + 1)


def counter_in_share_mode():
    (uses,) = row("SELECT uses FROM counters WHERE id = 1 LOCK IN SHARE MODE")
    run("UPDATE counters SET uses = %s WHERE id = 1", uses + 1)


def counter_relative():
    run("UPDATE counters SET uses = uses + 1 WHERE id = 1")


def check_then_relative():
    (uses,) = row("SELECT uses FROM counters WHERE id = 1")
    if uses < 1:
        run("UPDATE counters SET uses = uses + 1 WHERE id = 1")


def conditional():
    run("UPDATE counters SET uses = uses + 1 WHERE id = 1 AND uses < 1")


# What a transaction has read first it goes on reading.
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


# A look at anything else has taken the snapshot before the lock is there.
def plain_read_after_lock():
    row("SELECT most FROM coupons WHERE id = 1")
    row("SELECT id FROM counters WHERE id = 1 FOR UPDATE")
    counter()


def locking_read_after_lock():
    row("SELECT most FROM coupons WHERE id = 1")
    row("SELECT id FROM counters WHERE id = 1 FOR UPDATE")
    counter_for_update()


def insert_where_not_exists():
    run(
        "INSERT INTO users (email) SELECT 'a@b' FROM DUAL "
        "WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = 'a@b')"
    )


def insert_where_not_exists_unique():
    run(
        "INSERT INTO members (email) SELECT 'a@b' FROM DUAL "
        "WHERE NOT EXISTS (SELECT 1 FROM members WHERE email = 'a@b')"
    )


def claim_by_subquery():
    run(
        "UPDATE jobs SET worker = %s WHERE id = (SELECT id FROM "
        "(SELECT id FROM jobs WHERE worker IS NULL ORDER BY id LIMIT 1) AS free)",
        session,
    )


def claim_by_limit():
    run("UPDATE jobs SET worker = %s WHERE worker IS NULL ORDER BY id LIMIT 1", session)


def lock_nothing():
    if not row("SELECT id FROM users WHERE email = 'a@b' FOR UPDATE"):
        run("INSERT INTO users (email) VALUES ('a@b')")


def doctors():
    (on_call,) = row("SELECT count(*) FROM doctors WHERE on_call")
    if on_call >= 2:
        run("UPDATE doctors SET on_call = false WHERE id = %s", session)


def under_a_lock():
    row("SELECT GET_LOCK('counter', 60)")
    counter()


def unlock_early():
    under_a_lock()
    row("SELECT RELEASE_LOCK('counter')")


def unlock_late():
    under_a_lock()
    connection.commit()
    row("SELECT RELEASE_LOCK('counter')")


def report():
    if session == 1:
        one = row("SELECT balance FROM accounts WHERE id = 1")
        other = row("SELECT balance FROM accounts WHERE id = 2")
        run("INSERT INTO reports (total) VALUES (%s)", one[0] + other[0])
    else:
        run("UPDATE accounts SET balance = balance - 10 WHERE id = 1")
        run("UPDATE accounts SET balance = balance + 10 WHERE id = 2")


def count_then_report():
    if session == 1:
        count = "SELECT count(*) FROM claims WHERE coupon = 1"
        run("INSERT INTO reports (total) VALUES (%s)", row(count)[0] + row(count)[0])
    else:
        run("INSERT INTO claims (coupon, member) VALUES (1, 7)")


def ring():
    others = 3 if how == "ring" else 2
    move(session, session % others + 1)


def transfer_in_order():
    move(session, session % 2 + 1, ordered=True)


def move(source, target, ordered=False):
    moves = [(source, -10), (target, 10)]
    for account, amount in sorted(moves) if ordered else moves:
        run("UPDATE accounts SET balance = balance + %s WHERE id = %s", amount, account)


# Whoever is refused goes on in the same transaction.
def upsert_by_hand():
    more = "UPDATE visits SET hits = hits + 1 WHERE page = 1"
    if row("SELECT hits FROM visits WHERE page = 1"):
        return run(more)
    try:
        run("INSERT INTO visits (page, hits) VALUES (1, 1)")
    except pymysql.IntegrityError:
        run(more)


def on_duplicate_key():
    row("SELECT hits FROM visits WHERE page = 1")
    run("INSERT INTO visits (page, hits) VALUES (1, 1) ON DUPLICATE KEY UPDATE hits = hits + 1")


patterns = {"transfer": ring}
pattern = patterns.get(how) or globals()[how.replace("-", "_")]


def work():
    try:
        pattern()
        connection.commit()
    except Exception:
        connection.rollback()
        raise


serve(work)
