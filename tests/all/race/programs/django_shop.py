import os
import sys

import django
from django.conf import settings
from django.db import connection, models, transaction
from serving import serve

how = sys.argv[1]
if "PGHOST" in os.environ:
    from django.db.backends.postgresql.psycopg_any import IsolationLevel

    level = IsolationLevel.SERIALIZABLE if how == "serializable" else IsolationLevel.READ_COMMITTED
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["PGHOST"],
        "PORT": os.environ["PGPORT"],
        "USER": os.environ["PGUSER"],
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        "NAME": os.environ["PGDATABASE"],
        "OPTIONS": {"isolation_level": level},
    }
else:
    level = "serializable" if how == "serializable" else "read committed"
    database = {
        "ENGINE": "django.db.backends.mysql",
        "HOST": os.environ["MYSQL_HOST"],
        "PORT": os.environ["MYSQL_TCP_PORT"],
        "USER": os.environ["MYSQL_USER"],
        "PASSWORD": os.environ["MYSQL_PWD"],
        "NAME": os.environ["MYSQL_DATABASE"],
        "OPTIONS": {"isolation_level": level},
    }
settings.configure(DATABASES={"default": database})
django.setup()


class Stock(models.Model):
    units = models.IntegerField()

    class Meta:
        app_label = "shop"
        db_table = "stock"


class Order(models.Model):
    item = models.ForeignKey(Stock, models.CASCADE, db_column="item")

    class Meta:
        app_label = "shop"
        db_table = "orders"


def buy():
    if how == "relative":
        taken = Stock.objects.filter(id=1, units__gte=1)
        with transaction.atomic():
            if taken.update(units=models.F("units") - 1):
                Order.objects.create(item_id=1)
        return
    if how == "autocommit":
        return take(Stock.objects.get(id=1))
    with transaction.atomic():
        stock = Stock.objects
        if how == "for-update":
            stock = stock.select_for_update()
        take(stock.get(id=1))


def take(stock):
    if stock.units >= 1:
        # To take one from what is there now is no help to whoever has looked before.
        stock.units = models.F("units") - 1 if how == "expression" else stock.units - 1
        stock.save()
        Order.objects.create(item=stock)


connection.ensure_connection()
serve(buy)
