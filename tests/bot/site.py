"""The whole site over a real HTTP server in this process, with a clock that a test can turn."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import requests
from pydantic import SecretStr
from werkzeug.serving import make_server

from bot.app import create_app
from bot.bootstrap import build
from bot.passwords import hashed
from bot.services import Services
from bot.storage.migrate import upgrade
from config.settings import Settings
from handlers.cases import DeliveryId, Role

PASSWORD = "correct horse battery"
ANSWERABLE = "包工头跑了，工资找谁要"
UNANSWERABLE = "我家地里的界石让邻居挪了两米，村里没人管"
DANGER = "我老公正在打我，他拿着刀"

_HASH = hashed(PASSWORD)
_names = count(1)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Visitor:
    """A resident's browser."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def open(self) -> requests.Response:
        return self.session.get(f"{self.url}/chat")

    def post(self, text: object, identifier: str = "", **headers: str) -> requests.Response:
        body = {"id": identifier or f"message-{next(self.ids)}", "text": text}
        return self.session.post(f"{self.url}/chat/messages", json=body, headers=headers)

    def say(self, text: str, identifier: str = "") -> dict[str, Any]:
        response = self.post(text, identifier)
        assert response.status_code == 200, response.text
        reply = response.json()["reply"]
        assert isinstance(reply, dict)
        return reply

    def hear(self, after: int = 0) -> dict[str, Any]:
        response = self.session.get(f"{self.url}/chat/messages", params={"after": after})
        assert response.status_code == 200, response.text
        heard = response.json()
        assert isinstance(heard, dict)
        return heard

    def texts(self) -> list[str]:
        return [line["text"] for line in self.hear()["messages"]]


@dataclass
class Member:
    """A browser of somebody who works at the desk."""

    url: str
    name: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(f"{self.url}{path}", headers=headers)

    def refresh(self, path: str) -> requests.Response:
        """What htmx would ask for."""
        current = {"HX-Request": "true", "HX-Current-URL": f"{self.url}{path}"}
        return self.session.get(f"{self.url}{path}", headers=current)

    def log_in(self, password: str = PASSWORD, there: str = "") -> requests.Response:
        address = f"/console/login?next={there}" if there else "/console/login"
        form = {"name": self.name, "password": password}
        return self.send(address, address, form)

    def act(self, number: int, act: str, **form: str) -> requests.Response:
        page = f"/console/cases/{number}"
        return self.send(page, f"{page}/{act}", form)

    def send(self, page: str, address: str, form: dict[str, str]) -> requests.Response:
        """Opens a page and sends a form of it, as a browser does."""
        token = token_in(self.get(page).text)
        return self.session.post(f"{self.url}{address}", data={"csrf_token": token, **form})


@dataclass
class Site:
    """A running server and what stands behind it."""

    url: str
    services: Services
    clock: Clock

    def ask(self, method: str, path: str, **given: Any) -> requests.Response:
        """A request by nobody in particular."""
        with requests.Session() as session:
            return session.request(method, f"{self.url}{path}", **given)

    def get(self, path: str, **given: Any) -> requests.Response:
        return self.ask("GET", path, **given)

    def visitor(self) -> Visitor:
        visitor = Visitor(self.url)
        visitor.open()
        return visitor

    def member(self, role: Role = Role.LAWYER, *, logged_in: bool = True) -> Member:
        name = f"王律师{next(_names)}"
        with self.services.store.write() as records:
            records.personnel.add(name, role, _HASH)
        member = Member(self.url, name)
        if logged_in:
            assert member.log_in().url == f"{self.url}/console/"
        return member

    def open_case(self, text: str = UNANSWERABLE) -> tuple[Visitor, int]:
        visitor = self.visitor()
        number = visitor.say(text)["consultation"]
        assert isinstance(number, int)
        return visitor, number

    def deliver(self, number: int) -> None:
        """What a courier would do with the answers of a case."""
        for delivery in self.services.desk.case(number).deliveries:  # type: ignore[arg-type]
            self.services.courier.deliver_one(DeliveryId(delivery.id))


def token_in(page: str) -> str:
    found = _TOKEN.search(page)
    assert found is not None
    return found[1]


@contextmanager
def open_site(folder: Path, metrics_token: str = "", **changed: Any) -> Iterator[Site]:
    """A site over a new database in a folder; settings may be changed."""
    clock = Clock()
    settings = Settings(
        data_dir=folder,
        secret_key=SecretStr("a secret of tests, long enough for anybody"),
        personal_data_key=SecretStr("another secret of tests, as long as that"),
        metrics_token=SecretStr(metrics_token) if metrics_token else None,
        **changed,
    )
    services = build(settings, clock)
    upgrade(services.store.engine)
    server = make_server("127.0.0.1", 0, create_app(services), threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.port}", services, clock)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        services.store.engine.dispose()
