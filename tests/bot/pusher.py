"""`python -m tests.bot.pusher`: one thread a resident, all at one moment, as often as it is told.

A round is a JSON line `[database, platform, openids]`, answered by `ready`; a second line starts
it, and what became of the pushes is one more line of JSON.
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


def main() -> None:
    for line in sys.stdin:
        database_url, platform_url, openids = json.loads(line)
        _say(_round(database_url, platform_url, openids))


def _round(database_url: str, platform_url: str, openids: list[str]) -> list[dict[str, object]]:
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

    _say("ready")
    sys.stdin.readline()
    with ThreadPoolExecutor(len(openids)) as pool:
        outcomes = list(pool.map(one, openids))
    engine.dispose()
    return outcomes


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
