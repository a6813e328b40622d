"""Does what its argument says, with `execute` on a connection of psycopg2's, and commits."""

import sys

import psycopg2
from serving import serve

connection = psycopg2.connect("")
cursor = connection.cursor()


def execute(sql, *values):
    cursor.execute(sql, values)
    return cursor.fetchone()[0] if cursor.description and cursor.rowcount > 0 else None


def run():
    try:
        exec(sys.argv[1], dict(globals()))
        connection.commit()
    except Exception:
        connection.rollback()
        raise


serve(run)
