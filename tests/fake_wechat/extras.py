"""Endpoints beside tokens and messages, no deeper than the service uses them."""

import io
import json
from collections.abc import Mapping

from werkzeug.formparser import parse_form_data

from tests.fake_wechat.errors import (
    INVALID_APP_ID,
    INVALID_MEDIA,
    NO_MENU,
    NO_PERMISSION,
    Refused,
)
from tests.fake_wechat.messages import read_json
from tests.fake_wechat.record import Via
from tests.fake_wechat.state import PlatformState
from tests.fake_wechat.web import Request, Response

FILMS = "/films"
"""Not the platform's own path: films lie on servers of many names."""

_DONE: Mapping[str, object] = {"errcode": 0, "errmsg": "ok"}


def create_menu(state: PlatformState, request: Request) -> Mapping[str, object]:
    _check(state, request, allowed=state.account.kind.may_set_menu)
    state.menu.current = read_json(request.body)
    return _DONE


def get_menu(state: PlatformState, request: Request) -> Mapping[str, object]:
    _check(state, request, allowed=state.account.kind.may_set_menu)
    if state.menu.current is None:
        raise Refused(NO_MENU)
    return {"menu": state.menu.current}


def get_current_menu(state: PlatformState, request: Request) -> Mapping[str, object]:
    _check(state, request, allowed=state.account.kind.may_set_menu)
    is_open = int(state.menu.current is not None)
    return {"is_menu_open": is_open, "selfmenu_info": state.menu.current or {}}


def delete_menu(state: PlatformState, request: Request) -> Mapping[str, object]:
    _check(state, request, allowed=state.account.kind.may_set_menu)
    state.menu.current = None
    return _DONE


def upload_media(state: PlatformState, request: Request) -> Mapping[str, object]:
    """Raise `Refused` (40007) when no file is in the form, or an empty one."""
    _check(state, request, allowed=state.account.kind.may_push)
    environ = {
        "wsgi.input": io.BytesIO(request.body),
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.content_type,
        "REQUEST_METHOD": "POST",
    }
    file = parse_form_data(environ)[2].get("media")
    content = file.read() if file is not None else b""
    if file is None or not content:
        raise Refused(INVALID_MEDIA)
    media_id = state.media.keep(content, file.mimetype)
    created = int(state.clock().timestamp())
    return {"type": request.query.get("type", ""), "media_id": media_id, "created_at": created}


def get_media(state: PlatformState, request: Request) -> Response:
    _check(state, request, allowed=state.account.kind.may_push)
    media_id = request.query.get("media_id", "")
    medium = state.media.find(media_id)
    if medium.elsewhere:
        address = {"video_url": f"{medium.elsewhere}?media_id={media_id}"}
        return Response(json.dumps(address).encode(), content_type="text/plain")
    return Response(medium.content, content_type=medium.content_type)


def get_film(state: PlatformState, request: Request) -> Response:
    """Where `video_url` leads: another server, which knows no tokens."""
    medium = state.media.find(request.query.get("media_id", ""))
    return Response(medium.content, content_type=medium.content_type)


def user_details(state: PlatformState, request: Request) -> Mapping[str, object]:
    """Without name and portrait, which the platform gives no longer."""
    _check(state, request, allowed=state.account.kind.may_push)
    openid = request.query.get("openid", "")
    if not state.followers.is_following(openid):
        return {"subscribe": 0, "openid": openid, "tagid_list": []}
    return {
        "subscribe": 1,
        "openid": openid,
        "language": "",
        "subscribe_time": int(state.clock().timestamp()),
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": "",
    }


def send_template(state: PlatformState, request: Request) -> Mapping[str, object]:
    _check(state, request, allowed=state.account.kind.may_notify)
    message = read_json(request.body)
    openid = str(message.get("touser", ""))
    state.followers.require(openid)
    state.show(openid, Via.NOTICE, "template", _values(message), message)
    return {**_DONE, "msgid": len(state.record.shown())}


def send_notice(state: PlatformState, request: Request) -> Mapping[str, object]:
    _check(state, request, allowed=state.account.kind.may_notify)
    message = read_json(request.body)
    openid = str(message.get("touser", ""))
    state.followers.use_notice(openid)
    state.show(openid, Via.NOTICE, "subscribe", _values(message), message)
    return _DONE


def callback_addresses(state: PlatformState, request: Request) -> Mapping[str, object]:
    _check(state, request, allowed=True)
    return {"ip_list": ["127.0.0.1"]}


def clear_quota(state: PlatformState, request: Request) -> Mapping[str, object]:
    _check(state, request, allowed=True)
    if read_json(request.body).get("appid") != state.account.app_id:
        raise Refused(INVALID_APP_ID)
    return _DONE


def _check(state: PlatformState, request: Request, *, allowed: bool) -> None:
    state.tokens.check(request.query.get("access_token"))
    if not allowed:
        raise Refused(NO_PERMISSION)


def _values(message: Mapping[str, object]) -> str:
    """The values a template message shows, one a line."""
    fields = message.get("data")
    rows = fields.values() if isinstance(fields, dict) else ()
    return "\n".join(str(row.get("value", "")) for row in rows if isinstance(row, dict))
