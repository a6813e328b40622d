"""A shop as a web application of Flask's, with a pool of connections."""

import os
import sys
import threading
import time
from urllib.request import Request, urlopen

from flask import Flask
from psycopg_pool import ConnectionPool

how = sys.argv[1]
ping = "ping" in sys.argv
application = Flask(__name__)
pool = ConnectionPool(
    "",
    min_size=3 if "three" in sys.argv else 1,
    max_size=5,
    check=ConnectionPool.check_connection if ping else None,
)
pool.wait()


@application.post("/buy/<int:item>")
def buy(item):
    lock = " FOR UPDATE" if how == "for-update" else ""
    with pool.connection() as connection:
        read = connection.execute("SELECT units FROM stock WHERE id = %s" + lock, (item,))
        (units,) = read.fetchone()
        if units < 1:
            return "sold out", 409
        connection.execute("UPDATE stock SET units = %s WHERE id = %s", (units - 1, item))
        connection.execute("INSERT INTO orders (item) VALUES (%s)", (item,))
    return "sold", 201


@application.post("/ship/<int:item>")
def ship(item):
    """Has somebody else send it."""
    with pool.connection() as connection:
        read = connection.execute("SELECT units FROM stock WHERE id = %s", (item,))
        if read.fetchone()[0] > 0:
            parcel = f"{os.environ['OUTSIDE_URL']}/parcels/{item}"
            urlopen(Request(parcel, b"to Ann", method="PUT")).close()
            connection.execute("UPDATE stock SET units = 0 WHERE id = %s", (item,))
    return "shipped", 200


lock = threading.Lock()


@application.post("/buy-locked/<int:item>")
def buy_locked(item):
    """One at a time in this process, and what others do it does not know."""
    with lock:
        return buy(item)


@application.post("/buy-twice/<int:item>")
def buy_in_two_transactions(item):
    """Looks in one transaction and writes in another, on any connections of the pool."""
    with pool.connection() as connection:
        read = connection.execute("SELECT units FROM stock WHERE id = %s", (item,))
        (units,) = read.fetchone()
    if units < 1:
        return "sold out", 409
    with pool.connection() as connection:
        connection.execute("UPDATE stock SET units = %s WHERE id = %s", (units - 1, item))
        connection.execute("INSERT INTO orders (item) VALUES (%s)", (item,))
    return "sold", 201


asked = threading.Event()


def note_what_was_asked():
    """Writes when it likes, beside all requests."""
    while True:
        asked.wait()
        asked.clear()
        time.sleep(0.02)
        with pool.connection() as connection:
            connection.execute("INSERT INTO orders (item) VALUES (2)")


@application.post("/buy-noted/<int:item>")
def buy_noted(item):
    if "noting" not in {thread.name for thread in threading.enumerate()}:
        threading.Thread(target=note_what_was_asked, name="noting", daemon=True).start()
    sold = buy(item)
    asked.set()
    return sold


@application.get("/late/<int:item>")
def late(item):
    """Answers, and writes only then."""
    with pool.connection() as connection:
        connection.execute("SELECT units FROM stock WHERE id = %s", (item,))
    response = application.make_response("later")

    @response.call_on_close
    def write():
        time.sleep(0.02)
        with pool.connection() as connection:
            connection.execute("INSERT INTO orders (item) VALUES (%s)", (item,))

    return response


application.run(port=int(os.environ["PORT"]), threaded=True)
