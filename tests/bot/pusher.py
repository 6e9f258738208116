"""`python -m tests.bot.pusher DATABASE PLATFORM OPENID…`: one thread a resident, all at once.

Prints `ready`, waits for a line, pushes, prints what became of it as JSON.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from bot.clock import now
from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from tests.bot.platform_examples import client, push
from tests.fake_wechat import Account


def main(database_url: str, platform_url: str, openids: list[str]) -> None:
    engine = make_engine(database_url)
    with engine.connect():  # the first connection is not part of the race
        pass
    platform = client(platform_url, Account(), SqlStore(engine), now)
    start = Barrier(len(openids))

    def one(openid: str) -> dict[str, object]:
        start.wait()
        began = time.monotonic()
        outcome = push(platform, openid)
        reason = getattr(outcome, "reason", "")
        seconds = time.monotonic() - began
        return {"outcome": type(outcome).__name__, "reason": reason, "seconds": seconds}

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(len(openids)) as pool:
        sys.stdout.write(json.dumps(list(pool.map(one, openids))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
