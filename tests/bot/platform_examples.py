"""Our client of the platform's API, as tests want it: over a database and a fake platform."""

import json
import subprocess
import sys
from collections.abc import Sequence

from pydantic import SecretStr

from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from bot.storage.tokens import SqlTokenShelf
from bot.wechat.calls import Wire
from bot.wechat.client import Platform
from bot.wechat.push import PushChannel
from bot.wechat.shelf import Seal
from bot.wechat.tokens import Tokens
from handlers.model import Address, ChannelName
from handlers.ports import Clock, Outcome
from tests.fake_wechat import Account, FakePlatform

KEY = SecretStr("a key of tests, long enough for anybody")
WANG = "o" + "w" * 27


def client_of(
    platform: FakePlatform,
    store: SqlStore,
    *,
    clock: Clock | None = None,
    secret: str = "",
    key: SecretStr = KEY,
) -> Platform:
    return client(
        platform.url, platform.account, store, clock or platform.now, secret=secret, key=key
    )


def client(
    url: str,
    account: Account,
    store: SqlStore,
    clock: Clock,
    *,
    secret: str = "",
    key: SecretStr = KEY,
) -> Platform:
    """As bootstrap makes it."""
    wire = Wire(url)
    shelf = SqlTokenShelf(store.engine)
    app_secret = SecretStr(secret or account.app_secret)
    tokens = Tokens(wire, account.app_id, app_secret, shelf, Seal.with_key(key), clock)
    return Platform(wire, tokens)


def push(platform: Platform, openid: str = WANG, text: str = "工资条例第三十条") -> Outcome:
    return PushChannel(platform).push(Address(ChannelName.WECHAT, openid), text)


class Pusher:
    """A process of its own with several threads that push at one moment."""

    def __init__(self, database_url: str, platform_url: str, openids: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.pusher", database_url, platform_url, *openids],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def outcomes(self) -> list[dict[str, object]]:
        """What became of each push, and the seconds it took."""
        said, _ = self.process.communicate(timeout=60)
        outcomes = json.loads(said)
        assert isinstance(outcomes, list)
        return outcomes

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def engine_of(url: str) -> SqlStore:
    return SqlStore(make_engine(url))
