"""The daily task that every server runs: bill what is pending, through an API, and mark it sent."""

import os
import sys
from urllib.request import Request, urlopen

import psycopg2
from serving import serve

how = sys.argv[1]
connection = psycopg2.connect("")


def bill(invoice):
    key = {"Idempotency-Key": f"invoice-{invoice}"} if how == "key" else {}
    url = f"{os.environ['OUTSIDE_URL']}/bill/{invoice}"
    urlopen(Request(url, method="POST", headers=key)).close()


def look_bill_mark():
    lock = " FOR UPDATE" if how == "for-update" else ""
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM invoices WHERE status = 'pending'" + lock)
        for (invoice,) in cursor.fetchall():
            bill(invoice)
            cursor.execute("UPDATE invoices SET status = 'sent' WHERE id = %s", (invoice,))


def claim_bill():
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE invoices SET status = 'sent' WHERE status = 'pending' RETURNING id"
        )
        claimed = cursor.fetchall()
    for (invoice,) in claimed:
        bill(invoice)


serve(claim_bill if how == "claim" else look_bill_mark)
