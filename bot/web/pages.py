"""What all pages share: security headers, error pages, assets, log-in and form tokens."""

import logging
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug import exceptions as http
from werkzeug.exceptions import HTTPException

from bot.services import Services
from bot.web.auth import install_log_in
from bot.web.labels import page_labels
from config.settings import SettingsError
from handlers.errors import NotFound, Unreachable
from knowledge.wording import Phrase

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"

JSON_PATHS = ("/chat/messages",)
"""Where errors are read by a script."""

PATHS_WITHOUT_SESSIONS = ("/healthz", "/readyz", "/metrics")
"""Machines call them: they have no cookies, and setting a session up costs as much as the route."""

_A_YEAR = 31_536_000
"""Seconds. An asset's address has its digest: under that address it never changes."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Form tokens over https are refused without a referrer from our own pages.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_HTTPS_ONLY = f"max-age={_A_YEAR}"


class _Sessions(SecureCookieSessionInterface):
    """Cookies that travel over https alone, wherever the request came over https."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """None, which lets nobody write into it, where only machines call."""
        if request.path in PATHS_WITHOUT_SESSIONS:
            return None
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002  Flask's signature
        return request.is_secure


def install_pages(app: Flask, services: Services) -> None:
    """Prepares an application for our blueprints. Raises SettingsError without a SECRET_KEY."""
    if services.settings.secret_key is None:
        raise SettingsError(["SECRET_KEY: Field required"])
    app.secret_key = services.settings.secret_key.get_secret_value()
    app.session_interface = _Sessions()
    app.config.update(
        SESSION_COOKIE_NAME="fxm_staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=services.settings.staff_session_hours * 3600,
        # Every form of the console asks for its token by itself; the webhook has a signature.
        WTF_CSRF_CHECK_DEFAULT=False,
        # As long as the session: an answer may take an afternoon to write.
        WTF_CSRF_TIME_LIMIT=None,
    )
    CSRFProtect(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        label=page_labels().say,
        asset=asset,
        today=lambda: services.clock().astimezone(services.settings.zone).date(),
    )
    app.jinja_env.filters["here"] = lambda at: at.astimezone(services.settings.zone)
    app.register_blueprint(
        Blueprint(
            "pages",
            __name__,
            static_folder="static",
            static_url_path="/assets",
            template_folder="templates",
        )
    )
    install_log_in(app, services)
    app.after_request(_protect)
    _install_errors(app, services)


def asset(name: str) -> str:
    """The address of a file in static/, new whenever the file changes."""
    return url_for("pages.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _protect(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)
    if request.endpoint == "pages.static":
        if "v" in request.args and response.status_code < 400:  # noqa: PLR2004
            response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _install_errors(app: Flask, services: Services) -> None:
    def known(error: HTTPException) -> ResponseReturnValue:
        return _error_page(error, services)

    def not_there(_: NotFound) -> ResponseReturnValue:
        return _error_page(http.NotFound(), services)

    def unreachable(_: Unreachable) -> ResponseReturnValue:
        return _error_page(http.ServiceUnavailable(), services)

    def unknown(error: Exception) -> ResponseReturnValue:
        log.error("request_failed", exc_info=error, extra={"endpoint": request.endpoint})
        return _error_page(http.InternalServerError(), services)

    app.register_error_handler(HTTPException, known)
    app.register_error_handler(NotFound, not_there)
    app.register_error_handler(Unreachable, unreachable)
    app.register_error_handler(Exception, unknown)


def _error_page(error: HTTPException, services: Services) -> Response:
    """An error in words that say what to do. Needs neither database nor session."""
    code = error.code or http.InternalServerError.code
    response = make_response(_error_words(code, services), code)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _error_words(code: int, services: Services) -> Response | str:
    if request.path.startswith(JSON_PATHS):
        message = services.wording.say(Phrase.STORE_DOWN) if code >= 500 else ""  # noqa: PLR2004
        return jsonify(error=str(code), message=message or page_labels().say("error", str(code)))
    return render_template("error.html", code=code, console=request.path.startswith("/console"))
