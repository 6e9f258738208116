"""Alive, and able to serve."""

import logging

from flask import Blueprint, Response, jsonify

from bot.services import Services
from bot.storage.migrate import is_current
from bot.web.access import open_to_all
from handlers.errors import Unreachable

log = logging.getLogger(__name__)


def health_pages(services: Services) -> Blueprint:
    """`/healthz` says that the process answers, `/readyz` that it can keep messages."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    @open_to_all
    def alive() -> Response:
        return jsonify(status="ok")

    @pages.get("/readyz")
    @open_to_all
    def ready() -> tuple[Response, int]:
        if services.settings.secret_key is None:
            return jsonify(status="SECRET_KEY is missing"), 503
        try:
            current = is_current(services.store.engine)
        except Unreachable:
            return jsonify(status="database unreachable"), 503
        if not current:
            return jsonify(status="database not migrated"), 503
        edition = services.editions.current
        told = {"knowledge": edition.library.version, "edition": edition.number}
        return jsonify(status="ok", **told), 200

    return pages
