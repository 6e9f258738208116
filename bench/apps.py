"""The webhook in stages, each as a WSGI application of its own: what does every stage cost?"""

from datetime import datetime

from flask import Flask, Response, request

from bot.bootstrap import LEXICON, build, post_office
from bot.clock import now
from bot.wechat.envelope import Opened, Post
from bot.wechat.inbound import Incoming, read_message
from bot.wechat.rendering import text_reply
from config.settings import read_settings
from handlers.model import Message
from handlers.preview import preview
from handlers.reception import Reception
from knowledge.commands import Commands
from knowledge.library import CONTENT
from knowledge.menu import Menu

settings = read_settings()
menu = Menu.read(CONTENT / "menu.yaml", Commands.read(LEXICON / "commands.yaml"))


def bare() -> Flask:
    """A route that reads the body and answers as many bytes as a real reply has."""
    app = Flask("bare")
    xml = text_reply("o" * 28, "gh_" + "0" * 12, _a_reply(), now())

    @app.post("/wechat")
    def receive() -> Response:
        request.get_data()
        return Response(xml, mimetype="application/xml")

    return app


def parse() -> Flask:
    """Signature, envelope and message, answered with the same bytes; nothing kept."""
    app = Flask("parse")
    post = _post()
    text = _a_reply()

    @app.post("/wechat")
    def receive() -> Response:
        at = now()
        post.verify(request.args, at)
        opened, incoming = _open(post, at)
        xml = text_reply(incoming.message.sender.resident, incoming.account, text, at)
        return Response(_closed(post, opened, xml, at), mimetype="application/xml")

    return app


def match() -> Flask:
    """The same, and the reply found and composed; nothing kept."""
    services = build(settings)
    services.matcher.warm_up()
    post = _post()
    app = Flask("match")

    @app.post("/wechat")
    def receive() -> Response:
        at = now()
        post.verify(request.args, at)
        opened, incoming = _open(post, at)
        text = _composed(services.reception, incoming.message)
        xml = text_reply(incoming.message.sender.resident, incoming.account, text, at)
        return Response(_closed(post, opened, xml, at), mimetype="application/xml")

    return app


def _composed(reception: Reception, message: Message) -> str:
    decision = reception.first_words(message)
    return preview(reception.composer, decision, message.text, message.received_at.date()).text


def _a_reply() -> str:
    services = build(settings)
    entry = next(iter(services.library.entries.values()))
    return services.reception.composer.first_message(entry, now().date())


def _post() -> Post:
    post = post_office(settings)
    assert post is not None
    return post


def _open(post: Post, at: datetime) -> tuple[Opened, Incoming]:
    opened = post.open(request.args, request.get_data())
    return opened, read_message(opened.fields, at, menu)


def _closed(post: Post, opened: Opened, xml: str, at: datetime) -> str:
    return xml if opened.crypto is None else post.close(xml, opened.crypto, at)
