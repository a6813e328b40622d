import asyncio
import sys

import asyncpg
from serving import serve

how = sys.argv[1]
loop = asyncio.new_event_loop()
pool = loop.run_until_complete(asyncpg.create_pool(min_size=1, max_size=1, loop=loop))


async def purchase():
    lock = " FOR UPDATE" if how == "for-update" else ""
    isolation = "serializable" if how == "serializable" else None
    async with pool.acquire() as connection, connection.transaction(isolation=isolation):
        units = await connection.fetchval("SELECT units FROM stock WHERE id = $1" + lock, 1)
        if units >= 1:
            await connection.execute("UPDATE stock SET units = $1 WHERE id = 1", units - 1)
            await connection.execute("INSERT INTO orders (item) VALUES ($1)", 1)


serve(lambda: loop.run_until_complete(purchase()))
