"""Runs a purchase once, or as a worker of lockbench's: once for each line that it is sent."""

import sys


def serve(buy):
    if "worker" not in sys.argv:
        return buy()
    print("ready", flush=True)
    for _ in sys.stdin:
        try:
            buy()
            print("ok", flush=True)
        except Exception as error:
            print(str(error).splitlines()[0], flush=True)
