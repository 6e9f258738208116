"""The platform's refusals: error codes with the message texts it really answers."""

import secrets
import time
from typing import Final

BUSY: Final = -1
INVALID_CREDENTIAL: Final = 40001
INVALID_GRANT_TYPE: Final = 40002
INVALID_OPENID: Final = 40003
INVALID_MEDIA: Final = 40007
INVALID_MESSAGE_TYPE: Final = 40008
INVALID_APP_ID: Final = 40013
MALFORMED_TOKEN: Final = 40014
INVALID_URL: Final = 40066
INVALID_SECRET: Final = 40125
IP_NOT_ALLOWED: Final = 40164
TOKEN_MISSING: Final = 41001
TOKEN_EXPIRED: Final = 42001
GET_REQUIRED: Final = 43001
POST_REQUIRED: Final = 43002
NOT_FOLLOWING: Final = 43004
BLACK_LISTED: Final = 43019
NOTICE_NOT_GRANTED: Final = 43101
EMPTY_CONTENT: Final = 44004
CONTENT_TOO_LONG: Final = 45002
TOO_MANY_ARTICLES: Final = 45008
DAILY_LIMIT: Final = 45009
MINUTE_LIMIT: Final = 45011
WINDOW_CLOSED: Final = 45015
SENDS_USED_UP: Final = 45047
TYPING_BAD_COMMAND: Final = 45072
TYPING_TOO_LATE: Final = 45080
TYPING_ALREADY: Final = 45081
NO_MENU: Final = 46003
NOT_JSON: Final = 47001
NO_PERMISSION: Final = 48001

_TEXTS: Final[dict[int, str]] = {
    BUSY: "system error",
    INVALID_CREDENTIAL: "invalid credential, access_token is invalid or not latest",
    INVALID_GRANT_TYPE: "invalid grant_type",
    INVALID_OPENID: "invalid openid",
    INVALID_MEDIA: "invalid media_id",
    INVALID_MESSAGE_TYPE: "invalid message type",
    INVALID_APP_ID: "invalid appid",
    MALFORMED_TOKEN: "invalid access_token",
    INVALID_URL: "invalid url",
    INVALID_SECRET: "invalid appsecret",
    IP_NOT_ALLOWED: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
    TOKEN_MISSING: "access_token missing",
    TOKEN_EXPIRED: "access_token expired",
    GET_REQUIRED: "require GET method",
    POST_REQUIRED: "require POST method",
    NOT_FOLLOWING: "require subscribe",
    BLACK_LISTED: "require remove blacklist",
    NOTICE_NOT_GRANTED: "user refuse to accept the msg",
    EMPTY_CONTENT: "empty content",
    CONTENT_TOO_LONG: "content size out of limit",
    TOO_MANY_ARTICLES: "article size out of limit",
    DAILY_LIMIT: "reach max api daily quota limit",
    MINUTE_LIMIT: "api minute-quota reach limit  must slower  retry next minute",
    WINDOW_CLOSED: "response out of time limit or subscription is canceled",
    SENDS_USED_UP: "out of response count limit",
    TYPING_BAD_COMMAND: "command is invalid",
    TYPING_TOO_LATE: "no interaction with the user within 30s",
    TYPING_ALREADY: "typing is already set",
    NO_MENU: "menu no exist",
    NOT_JSON: "data format error",
    NO_PERMISSION: "api unauthorized",
}


class Refused(Exception):
    """The platform answers HTTP 200 with this error code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def refusal(code: int) -> dict[str, object]:
    """The JSON answer of a refusal; a code without a known text still gets one."""
    text = _TEXTS.get(code, "refused by the platform")
    return {"errcode": code, "errmsg": f"{text} rid: {_request_id()}"}


def _request_id() -> str:
    return f"{int(time.time()):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
