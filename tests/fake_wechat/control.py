"""The switches of a fake platform over HTTP, for tests that run it as a process."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from tests.fake_wechat.faults import Fault, FaultKind
from tests.fake_wechat.followers import Touch
from tests.fake_wechat.record import LoggedRequest, Shown, Via
from tests.fake_wechat.state import PlatformSide
from tests.fake_wechat.web import Request, Response

# Arguments as they were in JSON; a wrong one raises here and answers 400.
Arguments = Mapping[str, Any]


class Switches:
    """`POST /<switch>` with a JSON object of arguments answers `{"result": …}`."""

    def __init__(self, platform: PlatformSide) -> None:
        self._platform = platform
        self._switches: dict[str, Callable[[Arguments], object]] = {
            "ready": lambda _: True,
            "touch": self._touch,
            "show": self._show,
            "seen": lambda a: [shown_to_json(s) for s in platform.seen(a["openid"])],
            "messages": lambda a: [shown_to_json(s) for s in platform.messages(a.get("openid"))],
            "requests": lambda a: [logged_to_json(r) for r in platform.requests(a.get("path"))],
            "fault": self._fault,
            "clear_faults": lambda a: platform.clear_faults(a.get("path")),
            "revoke_tokens": lambda _: platform.revoke_tokens(),
            "grant_notices": lambda a: platform.grant_notices(a["openid"], a["times"]),
            "shift": lambda a: platform.shift(timedelta(seconds=a["seconds"])),
        }

    def __call__(self, request: Request) -> Response:
        switch = self._switches.get(request.path.removeprefix("/"))
        if switch is None:
            return _answer({"error": "no such switch", "switches": sorted(self._switches)}, 404)
        try:
            return _answer({"result": switch(json.loads(request.body or b"{}"))})
        except (KeyError, TypeError, ValueError) as error:
            return _answer({"error": repr(error)}, 400)

    def _touch(self, arguments: Arguments) -> None:
        self._platform.touch(arguments["openid"], Touch(arguments["touch"]))

    def _show(self, arguments: Arguments) -> None:
        via = Via(arguments["via"])
        self._platform.show(arguments["openid"], via, arguments["kind"], arguments["text"])

    def _fault(self, arguments: Arguments) -> None:
        named = {name: value for name, value in arguments.items() if name not in {"path", "kind"}}
        self._platform.fault(arguments["path"], Fault(FaultKind(arguments["kind"]), **named))


def shown_to_json(shown: Shown) -> dict[str, object]:
    return {**asdict(shown), "at": shown.at.isoformat()}


def shown_from_json(fields: Arguments) -> Shown:
    at = datetime.fromisoformat(fields["at"])
    return Shown(**{**fields, "at": at, "via": Via(fields["via"])})


def logged_to_json(request: LoggedRequest) -> dict[str, object]:
    body = base64.b64encode(request.body).decode()
    return {**asdict(request), "at": request.at.isoformat(), "body": body}


def logged_from_json(fields: Arguments) -> LoggedRequest:
    at, body = datetime.fromisoformat(fields["at"]), base64.b64decode(fields["body"])
    return LoggedRequest(**{**fields, "at": at, "body": body})


def _answer(result: Mapping[str, object], status: int = 200) -> Response:
    return Response(json.dumps(result).encode(), status)
