"""The platform's entrance, an application beside that of the pages.

A push meets no session, log-in or form token on its way, and a refusal draws no page: what pages
need cost each push as much again as Flask itself.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, InternalServerError

from bot.services import Services
from bot.web.journal import install_journal
from bot.web.labels import page_labels
from bot.web.webhook import PATH, webhook
from bot.wechat.envelope import Post

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

EXTENSION = "faxiaomei.entrance"
"""Where the application of the pages keeps the one of the entrance."""


class Application(Flask):
    """Flask without asyncio: none of our functions is a coroutine, and none is asked if it is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def entrance(services: Services, post: Post) -> Application:
    """The application that answers the platform."""
    app = Application(__name__, static_folder=None)
    install_journal(app)
    app.register_blueprint(webhook(services, post))
    app.after_request(_protect)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _failed)
    return app


@dataclass(frozen=True, slots=True)
class Doors:
    """The way to the entrance, and to the pages for everybody else."""

    entrance: "WSGIApplication"
    pages: "WSGIApplication"

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """One request."""
        behind = self.entrance if environ.get("PATH_INFO") == PATH else self.pages
        return behind(environ, start_response)


def _protect(response: Response) -> Response:
    """For servers, which neither run scripts nor show frames."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(error: HTTPException) -> Response:
    """A few words that repeat nothing of what was sent."""
    code = error.code or InternalServerError.code
    words = page_labels().say("error_title", str(code))
    response = Response(words, code, mimetype="text/plain")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _failed(error: Exception) -> Response:
    log.error("request_failed", exc_info=error)
    return _refused(InternalServerError())
