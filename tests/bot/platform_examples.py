"""Our client of the platform's API, as tests want it: over a database and a fake platform."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

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
    url: str = "",
    secret: str = "",
    key: SecretStr = KEY,
) -> Platform:
    """With the platform's own clock, unless another is given."""
    account = platform.account
    if secret:
        account = replace(account, app_secret=secret)
    return client(url or platform.url, account, store, clock or platform.now, key)


def client(
    url: str, account: Account, store: SqlStore, clock: Clock, key: SecretStr = KEY
) -> Platform:
    """As bootstrap makes it."""
    wire, shelf, seal = Wire(url), SqlTokenShelf(store.engine), Seal.with_key(key)
    secret = SecretStr(account.app_secret)
    return Platform(wire, Tokens(wire, account.app_id, secret, shelf, seal, clock))


def push(platform: Platform, openid: str = WANG, text: str = "工资条例第三十条") -> Outcome:
    return PushChannel(platform).push(Address(ChannelName.WECHAT, openid), text)


class Pusher:
    """A process of its own with several threads that push at one moment."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.pusher"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def prepare(self, database_url: str, platform_url: str, openids: Sequence[str]) -> None:
        """Tells it the next round; it gets ready in its own time."""
        self._tell([database_url, platform_url, openids])

    def wait_until_ready(self) -> None:
        assert self._hear() == "ready"

    def go(self) -> None:
        self._tell("go")

    def outcomes(self) -> list[dict[str, object]]:
        """What became of each push, and the seconds it took."""
        outcomes = self._hear()
        assert isinstance(outcomes, list)
        return outcomes

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _tell(self, what: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def _hear(self) -> object:
        assert self.process.stdout is not None
        heard: object = json.loads(self.process.stdout.readline())
        return heard


def engine_of(url: str) -> SqlStore:
    return SqlStore(make_engine(url))
