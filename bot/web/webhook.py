"""The platform's entrance: signature and size first, then the envelope, then the message."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge

from bot.services import Services
from bot.spool import UnreadPush
from bot.web.access import open_to_all
from bot.web.outage import Lately, keep_unread, words_if_kept, words_if_lost
from bot.wechat.envelope import Forged, Opened, Post
from bot.wechat.fields import Fields, Malformed
from bot.wechat.inbound import Incoming, read_message
from bot.wechat.rendering import text_reply
from handlers.errors import Unreachable
from handlers.model import Message

log = logging.getLogger(__name__)

PATH = "/wechat"

LARGEST_PUSH = 1_000_000
"""Bytes. The platform's own pushes have a few kilobytes."""

MOST_POURED = 32_000_000
"""Bytes of a refused body that are read at most, and never kept."""

_PIECE = 65_536
"""Bytes read at a time."""

NOTHING_TO_SAY = "success"
"""What the platform takes for an acknowledgement without a reply."""

_ECHO = re.compile(r"[A-Za-z0-9_.~+/=-]{1,256}")
"""The platform's check sends a number of some twenty digits; no markup is ever given back."""


def webhook(services: Services, post: Post) -> Blueprint:
    """The routes of `/wechat`."""
    pages = Blueprint("wechat", __name__)
    lately = Lately()

    @open_to_all
    def confirm() -> Response:
        query = _verified(services, post)
        echo = query.get("echostr", "")
        if not _ECHO.fullmatch(echo):
            abort(400)
        return Response(echo, mimetype="text/plain")

    @open_to_all
    def receive() -> Response:
        query = _verified(services, post)
        opened, incoming = _open(services, post, query)
        text = _said(services, lately, incoming.message)
        return _reply(services, post, opened, incoming, text)

    @open_to_all
    def no_such_method() -> Response:
        _pour_away()
        raise MethodNotAllowed(("GET", "POST"))

    _route(pages, confirm, "GET")
    _route(pages, receive, "POST")
    _route(pages, no_such_method, "PUT", "PATCH", "DELETE")
    return pages


def _route(pages: Blueprint, view: Callable[[], Response], *methods: str) -> None:
    """Without Flask's own answer to OPTIONS: other methods are refused, all of them."""
    pages.add_url_rule(PATH, view_func=view, methods=methods, provide_automatic_options=False)


def _verified(services: Services, post: Post) -> Fields:
    """The query of a signed request; all others end here."""
    try:
        query = _query()
        post.verify(query, services.clock())
    except Forged:
        _pour_away()
        abort(403)
    return query


def _query() -> Fields:
    """The parameters. Raises Forged if one is given twice, which the platform never does."""
    given = list(request.args.items(multi=True))
    query = dict(given)
    if len(query) < len(given):
        raise Forged
    return query


def _open(services: Services, post: Post, query: Fields) -> tuple[Opened, Incoming]:
    body = b""
    try:
        body = _body()
        opened, incoming = understand(services, post, UnreadPush(query, body), services.clock())
    except Forged:
        abort(403)
    except Malformed:
        keep_unread(services, UnreadPush(query, body))
        abort(400)
    original = services.settings.wechat_original_id
    if original and incoming.account != original:
        abort(400)
    return opened, incoming


def understand(
    services: Services, post: Post, push: UnreadPush, at: datetime
) -> tuple[Opened, Incoming]:
    """The message in a verified push. Raises Forged or Malformed."""
    opened = post.open(push.query, push.body)
    incoming = read_message(opened.fields, at, services.menu)
    _agree(push.query, incoming)
    return opened, incoming


def _agree(query: Fields, incoming: Incoming) -> None:
    """In the clear only the address is signed: it must name who the body says. Raises Forged."""
    named = {"", incoming.pushed_by, incoming.message.sender.resident}
    if query.get("openid", "") not in named:
        raise Forged


def _body() -> bytes:
    """The body, if it is no larger than a push can be. Raises Malformed."""
    promised = request.content_length
    if (promised or 0) <= LARGEST_PUSH:
        body = b"".join(_pieces(LARGEST_PUSH + 1 if promised is None else promised))
        if promised not in (None, len(body)):
            raise Malformed
        if len(body) <= LARGEST_PUSH:
            return body
    _pour_away()
    raise RequestEntityTooLarge


def _pour_away() -> None:
    """Reads a body that nobody wants: a connection closed before would hide our answer."""
    with suppress(Malformed):
        for _ in _pieces(MOST_POURED):
            pass


def _pieces(most: int) -> Iterator[bytes]:
    """The body piece by piece. Raises Malformed where its framing is wrong or it breaks off."""
    left = most
    while left > 0:
        try:
            piece = request.stream.read(min(left, _PIECE))
        except Exception:  # noqa: BLE001  each server has errors of its own for a broken body
            raise Malformed from None
        if not piece:
            return
        left -= len(piece)
        yield piece


def _reply(
    services: Services, post: Post, opened: Opened, incoming: Incoming, text: str
) -> Response:
    if not text:
        return Response(NOTHING_TO_SAY, mimetype="text/plain")
    now = services.clock()
    xml = text_reply(incoming.message.sender.resident, incoming.account, text, now)
    if opened.crypto is not None:
        xml = post.close(xml, opened.crypto, now)
    return Response(xml, mimetype="application/xml")


def _said(services: Services, lately: Lately, message: Message) -> str:
    """The words of the reply. If all else fails, that the message was not kept."""
    # Nothing may overtake what waits, nor wait for a database that does not answer.
    if services.spool.holds(message.sender) or lately.spares():
        words = words_if_kept(services, message)
        if words is not None:
            return words
    try:
        reply = services.reception.receive(message)
        lately.answered()
        if message.attachment is not None:
            services.gather()
        return reply.text
    except Unreachable:
        lately.failed()
        log.error("store_unreachable")
    except Exception:  # an error page would be shown as the platform's own notice of a fault
        log.exception("message_failed")
    words = words_if_kept(services, message)
    return words_if_lost(services, message) if words is None else words
