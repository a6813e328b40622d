import os
import sys

import MySQLdb
from serving import serve

how = sys.argv[1]
connection = MySQLdb.connect(
    host=os.environ["MYSQL_HOST"],
    port=int(os.environ["MYSQL_TCP_PORT"]),
    user=os.environ["MYSQL_USER"],
    password=os.environ["MYSQL_PWD"],
    database=os.environ["MYSQL_DATABASE"],
)
if how == "serializable":
    connection.cursor().execute("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE")


def buy():
    lock = " FOR UPDATE" if how == "for-update" else ""
    cursor = connection.cursor()
    try:
        cursor.execute("SELECT units FROM stock WHERE id = %s" + lock, (1,))
        (units,) = cursor.fetchone()
        if units >= 1:
            cursor.execute("UPDATE stock SET units = %s WHERE id = 1", (units - 1,))
            cursor.execute("INSERT INTO orders (item) VALUES (1)")
        connection.commit()
    except Exception:
        connection.rollback()
        raise


serve(buy)
