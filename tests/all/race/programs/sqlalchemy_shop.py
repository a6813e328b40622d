import os
import sys

from serving import serve
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

how = sys.argv[1]
level = "SERIALIZABLE" if how == "serializable" else "READ COMMITTED"
url = os.environ["DATABASE_URL"]
drivers = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql"}
scheme, rest = url.split("://")
engine = create_engine(f"{drivers[scheme]}://{rest}", isolation_level=level)


class Base(DeclarativeBase):
    pass


class Stock(Base):
    __tablename__ = "stock"
    id: Mapped[int] = mapped_column(primary_key=True)
    units: Mapped[int]


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[int] = mapped_column(ForeignKey("stock.id"))


def buy():
    with Session(engine) as session, session.begin():
        stock = session.get(Stock, 1, with_for_update=how == "for-update")
        if stock.units >= 1:
            stock.units -= 1
            session.add(Order(item=1))


serve(buy)
