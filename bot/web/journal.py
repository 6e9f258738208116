"""One event in the log for every request: route, status, milliseconds and an id, nobody's address.

The route is the rule that matched (`/console/cases/<int:number>`), not the path, and the query is
left out: both may hold what residents wrote or are called. Why no address: docs/privacy.md.
"""

import logging
from secrets import token_hex
from time import perf_counter

from flask import Flask, Response, g, request

from bot import figures
from config.logs import request_id

log = logging.getLogger(__name__)

ID_BYTES = 8
"""64 bits: unique among all requests of a year. Ours alone, whatever a caller sends."""

UNKNOWN_ROUTE = "-"
"""A path that no rule matches may be anything."""

_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines: logged only when something is wrong."""


def install_journal(app: Flask) -> None:
    """Starts every request with an id and ends it with its event."""
    app.before_request(_begin)
    app.after_request(_note)
    app.teardown_request(_end)


def _begin() -> None:
    g.began = perf_counter()
    g.request_id = token_hex(ID_BYTES)
    request_id.set(g.request_id)


def _note(response: Response) -> Response:
    rule = request.url_rule
    route, method = (UNKNOWN_ROUTE, UNKNOWN_ROUTE) if rule is None else (rule.rule, request.method)
    response.headers["X-Request-Id"] = g.request_id
    figures.responded(route, method, response.status_code)
    if response.status_code >= 400 or route not in _QUIET:  # noqa: PLR2004
        served = {
            "route": route,
            "method": method,
            "status": response.status_code,
            "ms": round((perf_counter() - g.began) * 1000, 1),
        }
        log.info("request_served", extra=served)
    return response


def _end(_: BaseException | None) -> None:
    request_id.set("")
