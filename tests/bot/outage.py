"""A service in this process whose database can be taken away, behind a real HTTP server."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from flask.testing import FlaskCliRunner
from pydantic import SecretStr
from werkzeug.serving import make_server

from bot.app import create_app
from bot.bootstrap import build
from bot.editions import Editions, LateReception
from bot.services import Services
from bot.storage.migrate import upgrade
from config.settings import Settings
from handlers.errors import Unreachable
from handlers.ports import Records, Store
from tests.fake_wechat import FakePlatform, Resident

TOKEN = "token4tests"
SECRET = SecretStr("a personal data key of tests, long enough")
UNANSWERABLE = "我家地里的界石让邻居挪了两米，村里没人管"
DANGER = "救命，他现在拿刀砍我"


@dataclass
class Door:
    """The store, and what stands between it and the reception."""

    store: Store
    away: bool = False
    asked: int = 0

    def write(self) -> AbstractContextManager[Records]:
        self.asked += 1
        if self.away:
            raise Unreachable("database: away")
        return self.store.write()

    def read(self) -> AbstractContextManager[Records]:
        return self.store.read()


@dataclass
class Clock:
    """The real time, which a test can move on."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Outage:
    """Everything that a test of the spool touches."""

    services: Services
    door: Door
    platform: FakePlatform
    clock: Clock
    url: str
    commands: FlaskCliRunner

    def resident(self) -> Resident:
        return Resident(self.platform.webhook(f"{self.url}/wechat", TOKEN), self.platform)

    def say(self, resident: Resident, text: str) -> str:
        return resident.send_text(text).text or ""

    def stored(self) -> list[str]:
        """What residents said, oldest first."""
        with self.services.store.read() as records:
            return [row["text"] for row in records.exports.messages()]

    def count(self, folder: str) -> int:
        return len(self.services.spool.folders[folder].names())

    def pushed(self, resident: Resident) -> list[str]:
        return [shown.text for shown in self.platform.messages(resident.openid)]


@contextmanager
def outage(folder: Path, sqlite_url: str, secret: SecretStr | None = SECRET) -> Iterator[Outage]:
    """A service whose database is there until `door.away` is set."""
    with FakePlatform() as platform:
        given = {name.lower(): value for name, value in platform.settings().items()}
        settings = Settings(
            data_dir=folder / "var",
            database_url=SecretStr(sqlite_url),
            personal_data_key=secret,
            wechat_token=SecretStr(TOKEN),
            **given,  # type: ignore[arg-type]
        )
        clock = Clock()
        services, door = _with_door(build(settings, clock))
        upgrade(services.store.engine)
        app = create_app(services)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        url = f"http://127.0.0.1:{server.port}"
        try:
            yield Outage(services, door, platform, clock, url, app.test_cli_runner())
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            services.store.engine.dispose()


def _with_door(services: Services) -> tuple[Services, Door]:
    door = Door(services.store)
    before = services.editions
    editions = Editions(before.files, replace(before.press, store=door), before.released)
    replayer = replace(services.replayer, reception=LateReception(editions))
    return replace(services, editions=editions, replayer=replayer), door
