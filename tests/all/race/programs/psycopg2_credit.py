"""A user presses "buy this book" in two windows, and has the credit for one."""

import sys

import psycopg2
from serving import serve

how = sys.argv[1]
connection = psycopg2.connect("")


def is_paid(cursor):
    if how == "atomic":
        cursor.execute("UPDATE users SET credit = credit - 10 WHERE id = 1 AND credit >= 10")
        return cursor.rowcount == 1
    lock = " FOR UPDATE" if how == "for-update" else ""
    cursor.execute("SELECT credit FROM users WHERE id = 1" + lock)
    (credit,) = cursor.fetchone()
    if credit < 10:
        return False
    cursor.execute("UPDATE users SET credit = %s WHERE id = 1", (credit - 10,))
    return True


def buy():
    with connection, connection.cursor() as cursor:
        if is_paid(cursor):
            cursor.execute("INSERT INTO purchases (user_id, book) VALUES (1, 'Dune')")


serve(buy)
