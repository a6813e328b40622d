import sys

import psycopg
from serving import serve

how = sys.argv[1]
connection = psycopg.connect("")
if how == "serializable":
    connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE


def take(cursor, units):
    cursor.execute("UPDATE stock SET units = %s WHERE id = 1", (units - 1,))
    if how == "copy":
        with cursor.copy("COPY orders (item) FROM STDIN") as copy:
            copy.write_row((1,))
    else:
        cursor.execute("INSERT INTO orders (item) VALUES (%s)", (1,))


def look(cursor):
    lock = " FOR UPDATE" if how == "for-update" else ""
    cursor.execute("SELECT units FROM stock WHERE id = 1" + lock)
    return cursor.fetchone()[0]


def buy():
    with connection.transaction():
        if how == "pipeline":
            with connection.pipeline():
                cursor = connection.cursor()
                if (units := look(cursor)) >= 1:
                    take(cursor, units)
        else:
            name = "reading" if how == "cursor" else ""
            with connection.cursor(name) as cursor:
                units = look(cursor)
            if units >= 1:
                take(connection.cursor(), units)


serve(buy)
