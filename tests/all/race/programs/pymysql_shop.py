import os
import sys

import pymysql
from serving import serve

how = sys.argv[1]
connection = pymysql.connect(
    host=os.environ["MYSQL_HOST"],
    port=int(os.environ["MYSQL_TCP_PORT"]),
    user=os.environ["MYSQL_USER"],
    password=os.environ["MYSQL_PWD"],
    database=os.environ["MYSQL_DATABASE"],
)
if how == "serializable":
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE")


def buy():
    lock = " FOR UPDATE" if how == "for-update" else ""
    try:
        with connection.cursor() as cursor:
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
