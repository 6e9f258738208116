"""The public pages over services of their own, with invented texts of law."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from re import sub
from typing import Any

from flask.testing import FlaskClient
from pydantic import SecretStr

from bot.app import create_app
from bot.bootstrap import build
from bot.editions import Edition, Editions
from bot.late import LateSegmenter
from bot.lawsearch import LawSearch
from bot.services import Services
from bot.storage.migrate import upgrade
from config.settings import Settings
from handlers.reception import Reception
from knowledge.entry import Entry, EntryId
from knowledge.matcher import Found
from knowledge.statutes.numbering import chinese
from knowledge.statutes.sources import TextFolder
from knowledge.statutes.texts import Texts

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
TODAY = date(2026, 11, 23)
WAGES = "保障农民工工资支付条例"
POLICE, MARRIAGE = "中华人民共和国治安管理处罚法", "中华人民共和国婚姻法"
SOLE = "中华人民共和国个人独资企业法"
TEXTS: Mapping[tuple[str, date], Mapping[int, str]] = {
    (WAGES, date(2019, 12, 4)): {
        29: "假的条文：施工单位拖欠工资的，要先垫上。",
        30: "假的条文：分包单位拖欠农民工工资的，由总包先给。\n总包给了再去追。",
        31: "假的条文：工资按月发到本人。",
    },
    (POLICE, date(2012, 10, 26)): {43: "假的旧条文：打人的，旧法这样罚。"},
    (POLICE, date(2025, 6, 27)): {43: "假的新条文：打人的，新法这样罚。"},
    (MARRIAGE, date(2001, 4, 28)): {46: "假的作废条文。"},
    (SOLE, date(1999, 8, 30)): {
        number: f"假的条文第{number}号，{'很长' * 150}。" for number in range(1, 200)
    },
}


class Broken:
    """A finder whose index could not be built."""

    def find(self, text: str, day: date) -> Found:
        raise RuntimeError


@dataclass
class PublicSite:
    """A client, what stands behind it, and the time there."""

    client: FlaskClient
    services: Services
    now: datetime = NOW


def public_site(folder: Path, **changed: Any) -> PublicSite:
    """A site in a folder, over a database that nobody has written into."""
    _bring_texts(folder / "statutes")
    settings = Settings(
        data_dir=folder,
        secret_key=SecretStr("a secret of tests, long enough for anybody"),
        statute_texts=None,
        **changed,
    )
    services = build(settings, lambda: site.now)
    upgrade(services.store.engine)
    # The installed laws would take half a minute to index.
    brought = Texts(services.lookups.register, [_folder(services, folder)])
    cache = folder / "cache"
    services = replace(services, law_search=LawSearch(brought, cache, LateSegmenter(cache)))
    site = PublicSite(create_app(services).test_client(), services)
    return site


def without_database(site: PublicSite) -> None:
    """From now on nothing can be asked of the database, and nothing kept in it."""
    site.services.store.engine.dispose()
    for file in site.services.settings.data_dir.glob("faxiaomei.sqlite3*"):
        file.unlink()
        file.mkdir()


def site_with(services: Services, *entries: Entry) -> FlaskClient:
    """A client over the same services, with these entries in place of theirs or beside them."""
    changed: dict[EntryId, Entry] = {entry.id: entry for entry in entries}
    composer = services.reception.composer
    library = replace(composer.library, entries={**composer.library.entries, **changed})
    reception = replace(services.reception, composer=replace(composer, library=library))
    return _client(services, reception)


def site_without_matcher(services: Services) -> FlaskClient:
    """A client over the same services, but nothing can be found."""
    return _client(services, replace(services.reception, finder=Broken()))


def _client(services: Services, reception: Reception) -> FlaskClient:
    """A client that this reception answers, whatever is released."""
    edition = replace(
        services.editions.current, library=reception.composer.library, reception=reception
    )
    return create_app(replace(services, editions=Still(services, edition))).test_client()


class Still(Editions):
    """Editions of which there is one."""

    def __init__(self, services: Services, edition: Edition) -> None:
        editions = services.editions
        super().__init__(editions.files, editions.press, editions.released)
        self._current = edition

    def settled(self) -> Edition:
        return self.current

    def look(self) -> None:
        return


def text_of(page: str) -> str:
    """What a reader sees of a page's main part, without white space."""
    main = page[page.index("<main") : page.index("</main>")]
    return "".join(unescape(sub(r"<[^>]*>", "", main)).split())


def _bring_texts(folder: Path) -> None:
    folder.mkdir(parents=True)
    for (title, adopted), articles in TEXTS.items():
        made = f"{adopted.year}年{adopted.month}月{adopted.day}日通过"
        told = [f"第{chinese(number)}条　{text}" for number, text in articles.items()]
        text = "\n\n".join([f"# {title}", made, *told])
        (folder / f"{title}({adopted}).md").write_text(f"{text}\n", "utf-8")


def _folder(services: Services, folder: Path) -> TextFolder:
    return TextFolder(folder / "statutes", services.lookups.register)
