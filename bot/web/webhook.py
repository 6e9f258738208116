"""The platform's entrance: signature and size first, then the envelope, then the message."""

import logging

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot.services import Services
from bot.web.access import open_to_all
from bot.wechat.envelope import Forged, Malformed, Opened, Post
from bot.wechat.inbound import Incoming, read_message
from bot.wechat.rendering import text_reply
from handlers.errors import Unreachable
from knowledge.wording import Phrase

log = logging.getLogger(__name__)

LARGEST_PUSH = 1_000_000
"""Bytes. The platform's own pushes have a few kilobytes."""

MOST_POURED = 32_000_000
"""Bytes of a refused body that are read at most, and never kept."""

NOTHING_TO_SAY = "success"
"""What the platform takes for an acknowledgement without a reply."""


def webhook(services: Services, post: Post) -> Blueprint:
    """The routes of `/wechat`."""
    pages = Blueprint("wechat", __name__)

    @pages.get("/wechat")
    @open_to_all
    def confirm() -> Response:
        _verify(services, post)
        return Response(request.args.get("echostr", ""), mimetype="text/plain")

    @pages.post("/wechat")
    @open_to_all
    def receive() -> Response:
        _verify(services, post)
        opened, incoming = _open(services, post)
        return _reply(services, post, opened, incoming)

    return pages


def _verify(services: Services, post: Post) -> None:
    try:
        post.verify(request.args, services.clock())
    except Forged:
        _pour_away()
        abort(403)


def _open(services: Services, post: Post) -> tuple[Opened, Incoming]:
    try:
        opened = post.open(request.args, _body())
        incoming = read_message(opened.fields, services.clock())
    except Forged:
        abort(403)
    except Malformed:
        abort(400)
    original = services.settings.wechat_original_id
    if original and incoming.account != original:
        abort(400)
    return opened, incoming


def _body() -> bytes:
    """The body, if it is no larger than a push can be."""
    if (request.content_length or 0) <= LARGEST_PUSH:
        body = request.stream.read(LARGEST_PUSH + 1)
        if len(body) <= LARGEST_PUSH:
            return body
    _pour_away()
    raise RequestEntityTooLarge


def _pour_away() -> None:
    """Reads a body that nobody wants: a connection closed before would hide our answer."""
    left = MOST_POURED
    while left > 0 and (piece := request.stream.read(min(left, LARGEST_PUSH))):
        left -= len(piece)


def _reply(services: Services, post: Post, opened: Opened, incoming: Incoming) -> Response:
    try:
        text = services.reception.receive(incoming.message).text
        if incoming.message.attachment is not None:
            services.gather()
    except Unreachable:
        log.error("message_not_kept")
        text = services.wording.say(Phrase.STORE_DOWN)
    if not text:
        return Response(NOTHING_TO_SAY, mimetype="text/plain")
    now = services.clock()
    xml = text_reply(incoming.message.sender.resident, incoming.account, text, now)
    if opened.crypto is not None:
        xml = post.close(xml, opened.crypto, now)
    return Response(xml, mimetype="application/xml")
