"""The WSGI application: blueprints over services."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from bot import editions, replay
from bot.bootstrap import post_office
from bot.commands import add_commands
from bot.services import Services
from bot.web.chat import chat_pages
from bot.web.console import console_pages
from bot.web.editing.routes import knowledge_pages
from bot.web.entrance import EXTENSION, Application, Doors, entrance
from bot.web.health import health_pages
from bot.web.journal import install_journal
from bot.web.metrics import metrics_pages
from bot.web.pages import install_pages
from bot.web.public import public_pages


def create_app(services: Services) -> Flask:
    """The application over these services.

    Without WeChat settings it has no webhook; without SECRET_KEY no pages, only commands.
    """
    settings = services.settings
    app = Application(__name__, static_folder=None)
    app.extensions[replay.EXTENSION] = services.replayer
    app.extensions[editions.EXTENSION] = services.editions
    install_journal(app)
    if settings.secret_key is not None:
        install_pages(app, services)
        app.register_blueprint(public_pages(services))
        app.register_blueprint(chat_pages(services))
        app.register_blueprint(console_pages(services))
        app.register_blueprint(knowledge_pages(services))
    app.register_blueprint(health_pages(services))
    app.register_blueprint(metrics_pages(services))
    if (post := post_office(settings)) is not None:
        app.extensions[EXTENSION] = beside = entrance(services, post)
        app.wsgi_app = Doors(beside.wsgi_app, app.wsgi_app)  # type: ignore[method-assign]
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    add_commands(app, services)
    return app
