"""What holds for every page: who may, headers, errors, words for every code."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask, abort

from bot.app import create_app
from bot.web.access import open_to_all, who_may
from bot.web.labels import Labels
from bot.web.pages import STATIC
from handlers.cases import Author, Role, Route, State
from handlers.desk import View
from handlers.model import ChannelName, DecisionName, Reason
from knowledge.emergency import Screen
from knowledge.files import read_yaml
from knowledge.library import CONTENT
from tests.bot.site import Site, open_site

WEB = STATIC.parent
ERRORS = (400, 403, 404, 405, 413, 429, 500, 503)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def app(site: Site) -> Flask:
    """An application of one's own, to add routes to."""
    return create_app(site.services)


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    files = {"static", "pages.static"}
    unmarked = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in files and not who_may(app.view_functions[rule.endpoint])
    ]
    assert unmarked == []


def test_what_is_for_staff_sends_everybody_else_to_log_in(site: Site, app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if who_may(app.view_functions[rule.endpoint]) == "staff":
            path = re.sub(r"<[^>]+>", "10001", rule.rule)
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            answer = site.ask(method, path)
            assert answer.url.startswith(f"{site.url}/console/login"), rule.rule


def test_everything_under_console_but_the_door_is_for_staff(app: Flask) -> None:
    open_rules = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/console") and who_may(app.view_functions[rule.endpoint]) == "all"
    }
    assert open_rules == {"/console/login"}


@pytest.mark.parametrize("path", ["/chat", "/console/login", "/nothing", "/assets/chat.js"])
def test_a_page_may_load_only_from_here_and_not_be_framed(site: Site, path: str) -> None:
    headers = site.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_over_https_cookies_and_pages_stay_on_https(app: Flask) -> None:
    client = app.test_client()
    chat = client.get("/chat", base_url="https://localhost")
    door = client.get("/console/login", base_url="https://localhost")
    assert "Secure" in chat.headers["Set-Cookie"]
    assert "Secure" in door.headers["Set-Cookie"]
    assert chat.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_form_over_https_passes_with_a_referrer_from_here_only(app: Flask, site: Site) -> None:
    client = app.test_client()
    page = client.get("/console/login", base_url="https://localhost").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    form = {"csrf_token": token, "name": "无此人", "password": "x"}
    for referrer, status in (("https://localhost/chat", 401), ("https://else.where/", 400)):
        sent = client.post(
            "/console/login",
            data=form,
            base_url="https://localhost",
            headers={"Referer": referrer},
        )
        assert sent.status_code == status


@pytest.mark.parametrize("path", ["/chat", "/chat/messages", "/console/login", "/nothing"])
def test_personal_pages_are_stored_nowhere(site: Site, path: str) -> None:
    assert site.get(path).headers["Cache-Control"] == "no-store"


def test_assets_are_kept_under_an_address_that_changes_with_them(site: Site) -> None:
    page = site.get("/chat").text
    versioned = re.findall(r'href="(/assets/chat\.css\?v=\w+)"', page)[0]
    assert "immutable" in site.get(versioned).headers["Cache-Control"]
    plain = site.get("/assets/keeping.js").headers
    assert plain["Cache-Control"] == "no-cache"
    assert plain["ETag"]


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_says_in_chinese_what_to_do(app: Flask, code: int) -> None:
    app.add_url_rule("/broken", view_func=open_to_all(lambda: abort(code)))
    answer = app.test_client().get("/broken")
    assert answer.status_code == code
    assert re.search(r"<h1>[\u4e00-\u9fff]+", answer.text)
    assert "请" in answer.text


def test_an_error_nobody_thought_of_is_logged_without_its_words(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> str:
        raise ValueError("words of a resident")

    app.add_url_rule("/broken", view_func=open_to_all(broken))
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "words of a resident" not in answer.text
    assert [record.message for record in caplog.records] == ["request_failed"]


def test_the_wrong_method_names_the_right_one(site: Site) -> None:
    answer = site.ask("PUT", "/chat")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_scripts_get_errors_they_can_read(site: Site) -> None:
    answer = site.ask("PUT", "/chat/messages")
    assert answer.status_code == 405
    assert answer.json()["message"]


GROUPS: list[tuple[str, type[StrEnum]]] = [
    ("state", State),
    ("view", View),
    ("empty", View),
    ("reason", Reason),
    ("role", Role),
    ("channel", ChannelName),
    ("author", Author),
    ("decision", DecisionName),
    ("delivery", Route),
]


@pytest.mark.parametrize(("group", "codes"), GROUPS)
def test_every_code_has_words(group: str, codes: type[StrEnum]) -> None:
    labels = Labels.read()
    assert [code for code in codes if labels.say(group, code) == code] == []


def test_every_kind_of_danger_has_the_name_its_reviewers_gave_it() -> None:
    labels = Labels.read()
    danger = Screen.read(CONTENT / "lexicon" / "danger.yaml").look("我老公正在打我，他拿着刀")
    assert danger is not None
    assert labels.say("reason", danger.kind) == danger.name


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert Labels.read().say("reason", "brand_new") == "brand_new"


def test_labels_that_templates_ask_for_are_there() -> None:
    given = read_yaml(WEB / "templates" / "labels.yaml")
    asked = re.compile(r'label\("(\w+)"')
    for template in WEB.glob("templates/**/*.html"):
        assert set(asked.findall(template.read_text("utf-8"))) <= set(given), template


def test_pages_have_nothing_inline_and_nothing_from_elsewhere() -> None:
    for template in WEB.glob("templates/**/*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", text), template
        assert not re.search(r"(src|href)=\"(https?:)?//", text), template


def test_code_holds_no_chinese() -> None:
    ours = [*WEB.glob("*.py"), *(p for p in STATIC.glob("*.js") if p.name != "htmx.min.js")]
    signs = {path.name: re.findall(r"[\u4e00-\u9fff]+", _without_patterns(path)) for path in ours}
    assert {name: found for name, found in signs.items() if found} == {}


def _without_patterns(path: Path) -> str:
    """A regular expression may look for a sign; a sentence it is not."""
    return re.sub(r"/\S*第\S*条/", "", path.read_text("utf-8"))
