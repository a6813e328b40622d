import sys

import psycopg2
from serving import serve

how = sys.argv[1]
connection = psycopg2.connect("")
if how == "serializable":
    connection.set_session(isolation_level="SERIALIZABLE")


def buy():
    lock = " FOR UPDATE" if how == "for-update" else ""
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT units FROM stock WHERE id = %s" + lock, (1,))
        (units,) = cursor.fetchone()
        if units >= 1:
            cursor.execute("UPDATE stock SET units = %s WHERE id = 1", (units - 1,))
            cursor.execute("INSERT INTO orders (item) VALUES (1)")


serve(buy)
