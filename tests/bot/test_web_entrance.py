"""The platform's entrance: an application of its own, strict and sparing of words."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from bot.app import create_app
from bot.web.access import who_may
from bot.web.entrance import EXTENSION
from tests.bot.site import Site, open_site

TOKEN = "token4entrance"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site"), wechat_token=SecretStr(TOKEN)) as site:
        yield site


@pytest.fixture
def app(site: Site) -> Flask:
    return create_app(site.services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_its_routes_say_who_may_use_them_and_are_no_pages(app: Flask) -> None:
    beside: Flask = app.extensions[EXTENSION]
    rules = [rule.rule for rule in beside.url_map.iter_rules()]
    assert set(rules) == {"/wechat"}
    assert [view for view in beside.view_functions.values() if not who_may(view)] == []
    assert "/wechat" not in [rule.rule for rule in app.url_map.iter_rules()]


@pytest.mark.parametrize(
    ("method", "status"),
    [("GET", 403), ("POST", 403), ("PUT", 405), ("DELETE", 405), ("OPTIONS", 405)],
)
def test_what_it_refuses_gets_a_few_words_and_no_cookie(
    client: FlaskClient, method: str, status: int
) -> None:
    answer = client.open("/wechat?signature=MARKER&echostr=MARKER", method=method)
    assert answer.status_code == status
    assert answer.mimetype == "text/plain"
    assert len(answer.text) < 20
    assert "MARKER" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(answer.headers["X-Request-Id"]) == 16


def test_a_method_that_is_refused_is_told_which_are_not(client: FlaskClient) -> None:
    assert set(client.put("/wechat").headers["Allow"].split(", ")) >= {"GET", "POST"}


@pytest.mark.parametrize("path", ["/wechat/", "/wechat/x", "//wechat", "/WECHAT"])
def test_only_its_own_path_leads_there(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://localhost")
    assert answer.status_code in (301, 308, 404)
    assert answer.mimetype == "text/html"


def test_behind_a_proxy_it_is_the_same(site: Site) -> None:
    settings = site.services.settings.model_copy(update={"trusted_proxies": 1})
    client = create_app(replace(site.services, settings=settings)).test_client()
    assert client.get("/wechat").status_code == 403
    assert client.get("/chat", headers={"X-Forwarded-Proto": "https"}).status_code == 200


def test_a_fault_of_ours_tells_nothing(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    beside: Flask = app.extensions[EXTENSION]

    def broken() -> str:
        raise RuntimeError("MARKER")

    beside.view_functions["wechat.confirm"] = broken
    answer = app.test_client().get("/wechat")
    assert answer.status_code == 500
    assert "MARKER" not in answer.text
    assert "request_failed" in caplog.messages
