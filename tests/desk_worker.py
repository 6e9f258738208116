"""A member of staff at the console over HTTP, without a browser."""

import re
from dataclasses import dataclass, field

import requests

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_CASE = re.compile(r'id="case-(\d+)"')
_PATIENCE = 10.0


@dataclass
class DeskWorker:
    """Logs in when needed, and works through the queue."""

    url: str
    name: str
    password: str
    session: requests.Session = field(default_factory=requests.Session)

    def log_in(self) -> None:
        token = self._token("/console/login")
        form = {"csrf_token": token, "name": self.name, "password": self.password}
        self._post("/console/login", form)

    def to_do(self) -> list[str]:
        """The numbers that wait, and one's own that were begun: the first page of each."""
        pages = (self._page(f"/console/?view={view}") for view in ("mine", "waiting"))
        return [number for page in pages for number in _CASE.findall(page)]

    def answer(self, number: str, text: str) -> None:
        """Claims and answers, however far an earlier try had come."""
        case = f"/console/cases/{number}"
        token = self._token(case)
        self._post(f"{case}/claim", {"csrf_token": token})
        self._post(f"{case}/answer", {"csrf_token": token, "text": text})

    def _token(self, path: str) -> str:
        found = _TOKEN.search(self._page(path))
        assert found is not None, path
        return found.group(1)

    def _page(self, path: str) -> str:
        response = self.session.get(self.url + path, timeout=_PATIENCE)
        response.raise_for_status()
        return response.text

    def _post(self, path: str, form: dict[str, str]) -> None:
        response = self.session.post(self.url + path, data=form, timeout=_PATIENCE)
        response.raise_for_status()
