"""The switches of a fake platform that runs in another process."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import requests

from tests.fake_wechat.control import logged_from_json, shown_from_json
from tests.fake_wechat.faults import Fault
from tests.fake_wechat.followers import Touch
from tests.fake_wechat.record import LoggedRequest, Shown, Via

# The control port answers at once; a test machine under load may take a little longer.
_ANSWER_SECONDS = 10.0


class RemotePlatform:
    """The same switches as `FakePlatform`, over its control address."""

    def __init__(self, control_url: str) -> None:
        self._url = control_url.rstrip("/")

    def touch(self, openid: str, touch: Touch) -> None:
        self._turn("touch", openid=openid, touch=str(touch))

    def show(self, openid: str, via: Via, kind: str, text: str) -> None:
        self._turn("show", openid=openid, via=str(via), kind=kind, text=text)

    def seen(self, openid: str) -> tuple[Shown, ...]:
        return tuple(map(shown_from_json, self._turn("seen", openid=openid)))

    def messages(self, openid: str | None = None) -> tuple[Shown, ...]:
        return tuple(map(shown_from_json, self._turn("messages", openid=openid)))

    def requests(self, path: str | None = None) -> tuple[LoggedRequest, ...]:
        return tuple(map(logged_from_json, self._turn("requests", path=path)))

    def fault(self, path: str, fault: Fault) -> None:
        self._turn("fault", path=path, **asdict(fault))

    def clear_faults(self, path: str | None = None) -> None:
        self._turn("clear_faults", path=path)

    def revoke_tokens(self) -> None:
        self._turn("revoke_tokens")

    def grant_notices(self, openid: str, times: int) -> None:
        self._turn("grant_notices", openid=openid, times=times)

    def shift(self, by: timedelta) -> None:
        self._turn("shift", seconds=by.total_seconds())

    def _turn(self, switch: str, **arguments: object) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            url = f"{self._url}/{switch}"
            response = session.post(url, json=arguments, timeout=_ANSWER_SECONDS)
        response.raise_for_status()
        return response.json()["result"]
