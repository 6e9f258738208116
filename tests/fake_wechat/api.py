"""The platform's API: one request in, one answer out, faults included."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from tests.fake_wechat import extras, faults
from tests.fake_wechat.errors import (
    GET_REQUIRED,
    INVALID_APP_ID,
    INVALID_GRANT_TYPE,
    INVALID_SECRET,
    INVALID_URL,
    NO_PERMISSION,
    POST_REQUIRED,
    Refused,
    refusal,
)
from tests.fake_wechat.faults import Fault, FaultKind
from tests.fake_wechat.messages import read_json, read_message
from tests.fake_wechat.record import LoggedRequest, Via
from tests.fake_wechat.state import PlatformState
from tests.fake_wechat.web import Drop, Request, Response

Answer = Mapping[str, object]
Endpoint = Callable[[PlatformState, Request], Answer | Response]

OK: Final[Answer] = {"errcode": 0, "errmsg": "ok"}
_PAGE: Final = b"<html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
_HTML: Final = "text/html"


def serve(state: PlatformState, request: Request) -> Response:
    """Answer a request and log it, before any of the delay its fault asks for."""
    fault = state.faults.take(request.path, _receiver(request))
    response = _faulty(state, request, fault) if fault else _carry_out(state, request)
    state.record.log(_logged(state, request, response, fault))
    return response


def _faulty(state: PlatformState, request: Request, fault: Fault) -> Response:
    match fault.kind:
        case FaultKind.ERRCODE:
            response = _json(refusal(fault.errcode))
        case FaultKind.BAD_GATEWAY:
            response = Response(_page("502 Bad Gateway"), 502, _HTML)
        case FaultKind.HTML:
            response = Response(_page("weixin"), 200, _HTML)
        case FaultKind.HANG:
            response = Response(delay=fault.seconds, drop=Drop.CLOSE)
        case FaultKind.SLOW:
            response = replace(_carry_out(state, request), delay=fault.seconds)
        case FaultKind.RESET:
            response = Response(drop=Drop.RESET)
        case FaultKind.LOST_ANSWER:
            response = replace(_carry_out(state, request), drop=Drop.CLOSE)
        case FaultKind.CUT:
            response = replace(_carry_out(state, request), drop=Drop.HALF_WAY)
    return response


def _carry_out(state: PlatformState, request: Request) -> Response:
    try:
        answer = _endpoint(request)(state, request)
    except Refused as refused:
        answer = refusal(refused.code)
    return answer if isinstance(answer, Response) else _json(answer)


def _endpoint(request: Request) -> Endpoint:
    by_method = _ENDPOINTS.get(request.path)
    if by_method is None:
        raise Refused(INVALID_URL)
    if request.method not in by_method:
        raise Refused(POST_REQUIRED if "POST" in by_method else GET_REQUIRED)
    return by_method[request.method]


def _stable_token(state: PlatformState, request: Request) -> Answer:
    asked = read_json(request.body)
    _require_credentials(state, asked)
    token, seconds = state.tokens.stable(force=asked.get("force_refresh") is True)
    return {"access_token": token, "expires_in": seconds}


def _plain_token(state: PlatformState, request: Request) -> Answer:
    _require_credentials(state, request.query)
    token, seconds = state.tokens.plain()
    return {"access_token": token, "expires_in": seconds}


def _require_credentials(state: PlatformState, asked: Mapping[str, object]) -> None:
    if asked.get("grant_type") != "client_credential":
        raise Refused(INVALID_GRANT_TYPE)
    if asked.get("appid") != state.account.app_id:
        raise Refused(INVALID_APP_ID)
    if asked.get("secret") != state.account.app_secret:
        raise Refused(INVALID_SECRET)


def _send(state: PlatformState, request: Request) -> Answer:
    _require_push(state, request)
    message = read_message(request.body, state.limits.content_bytes)
    if message.media_id is not None:
        state.media.find(message.media_id)
    state.followers.admit(message.openid)
    state.show(message.openid, Via.PUSH, message.kind, message.text, message.payload)
    return OK


def _typing(state: PlatformState, request: Request) -> Answer:
    _require_push(state, request)
    asked = read_json(request.body)
    state.followers.type_to(str(asked.get("touser", "")), str(asked.get("command", "")))
    return OK


def _require_push(state: PlatformState, request: Request) -> None:
    state.tokens.check(request.query.get("access_token"))
    if not state.account.kind.may_push:
        raise Refused(NO_PERMISSION)


def _receiver(request: Request) -> str | None:
    """The user a request is about, for faults that wait for one user."""
    try:
        return str(read_json(request.body).get("touser"))
    except Refused:
        return None


def _json(answer: Answer) -> Response:
    return Response(json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _page(title: str) -> bytes:
    return _PAGE % (title.encode(), title.encode())


def _logged(
    state: PlatformState, request: Request, response: Response, fault: Fault | None
) -> LoggedRequest:
    answered = response.drop is None
    return LoggedRequest(
        at=state.clock(),
        method=request.method,
        path=request.path,
        query=request.query,
        body=request.body,
        status=response.status if answered else None,
        errcode=_errcode(response) if answered else None,
        fault=None if fault is None else str(fault.kind),
    )


def _errcode(response: Response) -> int | None:
    """0 for a success that names none, None for what is no JSON object."""
    try:
        answer = json.loads(response.body)
    except ValueError:
        return None
    return int(answer.get("errcode", 0)) if isinstance(answer, dict) else None


_ENDPOINTS: Final[Mapping[str, Mapping[str, Endpoint]]] = {
    faults.STABLE_TOKEN: {"POST": _stable_token},
    faults.PLAIN_TOKEN: {"GET": _plain_token, "POST": _plain_token},
    faults.SEND: {"POST": _send},
    faults.TYPING: {"POST": _typing},
    "/cgi-bin/menu/create": {"POST": extras.create_menu},
    "/cgi-bin/menu/get": {"GET": extras.get_menu},
    "/cgi-bin/get_current_selfmenu_info": {"GET": extras.get_current_menu},
    "/cgi-bin/menu/delete": {"GET": extras.delete_menu},
    "/cgi-bin/media/upload": {"POST": extras.upload_media},
    faults.MEDIA: {"GET": extras.get_media},
    extras.FILMS: {"GET": extras.get_film},
    "/cgi-bin/user/info": {"GET": extras.user_details},
    "/cgi-bin/message/template/send": {"POST": extras.send_template},
    "/cgi-bin/message/subscribe/bizsend": {"POST": extras.send_notice},
    "/cgi-bin/getcallbackip": {"GET": extras.callback_addresses},
    "/cgi-bin/get_api_domain_ip": {"GET": extras.callback_addresses},
    "/cgi-bin/clear_quota": {"POST": extras.clear_quota},
}
