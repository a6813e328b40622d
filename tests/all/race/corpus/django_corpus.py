import os
import sys

import django
from django.conf import settings
from django.db import connection, models, transaction
from serving import serve

how = sys.argv[1]
session = int(os.environ.get("LOCKBENCH_SESSION", "1"))
if "PGHOST" in os.environ:
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["PGHOST"],
        "PORT": os.environ["PGPORT"],
        "USER": os.environ["PGUSER"],
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        "NAME": os.environ["PGDATABASE"],
    }
else:
    # At READ COMMITTED, unless it is told otherwise.
    database = {
        "ENGINE": "django.db.backends.mysql",
        "HOST": os.environ["MYSQL_HOST"],
        "PORT": os.environ["MYSQL_TCP_PORT"],
        "USER": os.environ["MYSQL_USER"],
        "PASSWORD": os.environ["MYSQL_PWD"],
        "NAME": os.environ["MYSQL_DATABASE"],
    }
settings.configure(DATABASES={"default": database})
django.setup()


class Article(models.Model):
    title = models.TextField()
    stock = models.IntegerField()

    class Meta:
        app_label = "corpus"
        db_table = "articles"


class User(models.Model):
    email = models.TextField()

    class Meta:
        app_label = "corpus"
        db_table = "users"


class Member(models.Model):
    email = models.TextField(unique=True)

    class Meta:
        app_label = "corpus"
        db_table = "members"


def save():
    article = Article.objects.get(id=1)
    if session == 1:
        article.title = "new"
    else:
        article.stock = 4
    fields = None
    if how == "save-fields":
        fields = ["title" if session == 1 else "stock"]
    article.save(update_fields=fields)


def get_or_create():
    model = Member if how == "get-or-create-unique" else User
    model.objects.get_or_create(email="ann@example.org")


def lock_nothing():
    with transaction.atomic():
        found = User.objects.select_for_update().filter(email="ann@example.org")
        if not list(found):
            User.objects.create(email="ann@example.org")


patterns = {
    "save": save,
    "save-fields": save,
    "get-or-create": get_or_create,
    "get-or-create-unique": get_or_create,
    "lock-nothing": lock_nothing,
}
connection.ensure_connection()
serve(patterns[how])
