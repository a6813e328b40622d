"""Does what its argument says, with `execute` on a connection of psycopg2's, or PyMySQL's, and commits."""

import os
import sys

from serving import serve

if "MYSQL_HOST" in os.environ:
    import pymysql

    connection = pymysql.connect(
        host=os.environ["MYSQL_HOST"],
        port=int(os.environ["MYSQL_TCP_PORT"]),
        user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PWD"],
        database=os.environ["MYSQL_DATABASE"],
        client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS,
        local_infile=True,
    )
else:
    import psycopg2

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
