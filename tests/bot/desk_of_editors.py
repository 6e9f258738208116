"""Editing over HTTP as tests say it: forms are filled and sent like a browser does."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import requests

from tests.bot.site import Member, token_in

TAOXIN = "laodong-taoxin-01"
SHELF = "/console/knowledge/"


class _Fields(HTMLParser):
    """What the form with an id would send, field by field, in its order."""

    def __init__(self, form: str) -> None:
        super().__init__(convert_charrefs=True)
        self.form = form
        self.fields: list[tuple[str, str]] = []
        self._inside = False
        self._text = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id") == self.form
        if not self._inside:
            return
        name = given.get("name", "")
        if tag == "textarea":
            self._text = name
            self.fields.append((name, ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.fields.append((self._select, given.get("value", "")))
        elif tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
            self.fields.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._text = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._inside and self._text:
            name, text = self.fields[-1]
            self.fields[-1] = (name, text + data)


@dataclass
class Editor:
    """A member of staff at the pages of the knowledge base."""

    member: Member

    def open(self, entry: str = TAOXIN) -> "Draft":
        """A draft of an entry."""
        page = f"{SHELF}entries/{entry}"
        answer = self.member.send(page, f"{page}/edit", {})
        assert answer.ok, answer.text
        return self.draft(int(re.findall(r"\d+$", answer.url)[0]))

    def draft(self, revision: int) -> "Draft":
        return Draft(self.member, revision)

    def get(self, path: str = "") -> requests.Response:
        return self.member.get(f"{SHELF}{path}")

    def send(self, page: str, act: str, **form: str) -> requests.Response:
        return self.member.send(f"{SHELF}{page}", f"{SHELF}{page}/{act}", form)


@dataclass
class Draft:
    """A revision as one member of staff sees it."""

    member: Member
    revision: int

    @property
    def path(self) -> str:
        return f"{SHELF}drafts/{self.revision}"

    def page(self) -> str:
        answer = self.member.get(self.path)
        assert answer.ok, answer.status_code
        return answer.text

    def form(self) -> list[tuple[str, str]]:
        """What the editor's form would send as it stands."""
        parser = _Fields("editor")
        parser.feed(self.page())
        assert parser.fields
        return parser.fields

    def save(
        self, then: str = "", form: list[tuple[str, str]] | None = None, **changed: str
    ) -> requests.Response:
        """Sends the form with some fields changed."""
        fields = [
            (name, changed.pop(name) if name in changed else value)
            for name, value in form or self.form()
        ]
        fields += [*changed.items(), ("then", then)]
        return self.member.session.post(f"{self.member.url}{self.path}/save", data=fields)

    def act(self, act: str, **form: str) -> requests.Response:
        page = self.page()
        seen = re.search(r'name="seen" value="(\w+)"', page)
        shown = {"seen": seen[1]} if seen else {}
        body = {"csrf_token": token_in(page), **shown, **form}
        return self.member.session.post(f"{self.member.url}{self.path}/{act}", data=body)

    def value(self, name: str) -> str:
        return dict(self.form())[name]


def handed_over(draft: Draft, **changed: str) -> None:
    """Hands a draft to a second person, with these fields changed."""
    answer = draft.save("submit", None, **changed)
    assert answer.ok, answer.text
    assert "交出去了" in answer.text


def noted(text: str) -> str:
    """A text without its blanks and line breaks."""
    return re.sub(r"\s+", "", text)
