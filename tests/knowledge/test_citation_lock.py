"""What was read of cited articles: locked, proved again; answers stop where it does not hold."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.entry import Citation, Status
from knowledge.errors import ContentError
from knowledge.library import CONTENT, Library
from knowledge.locking import lock_citations, lock_faults
from knowledge.statutes.lock import LOCK_FILE, CitationLock, fingerprint
from tests.knowledge.lawbooks import (
    DOGS,
    NEW,
    NEW_TEXT,
    OLD,
    OLD_TEXT,
    TODAY,
    Lawbook,
    entry_citing,
    only,
)

ENTRY = entry_citing("第一条", "第二条")


@pytest.fixture
def book(tmp_path: Path) -> Lawbook:
    book = Lawbook.at(tmp_path, OLD)
    book.bring(OLD, OLD_TEXT)
    return book


def test_every_citation_of_the_content_is_locked() -> None:
    assert list(lock_faults(Library.read())) == []


def test_a_row_says_what_was_read_when_and_where_but_not_the_text(book: Lawbook) -> None:
    assert book.lock(ENTRY) == []
    lines = (book.statutes / LOCK_FILE).read_text("utf-8").splitlines()
    row = json.loads(lines[1])
    assert row == {
        "title": DOGS,
        "adopted": "2009-05-01",
        "article": "第二条",
        "effective_from": "2010-01-01",
        "effective_until": None,
        "sha256": fingerprint(OLD_TEXT[2]),
        "numbers": ["30日"],
        "read_on": "2026-11-23",
        "source": "养狗法(2009-05-01)",
    }
    assert len(lines) == 2


def test_the_lock_knows_the_figures_of_an_article(book: Lawbook) -> None:
    book.lock(ENTRY)
    lock = CitationLock.read(book.statutes / LOCK_FILE)
    assert lock.numbers(DOGS, "第二条") == {"30日"}
    assert lock.numbers(DOGS, "第三条") == frozenset()


def test_a_citation_that_nobody_opened_is_found_and_does_not_answer(book: Lawbook) -> None:
    assert book.faults(ENTRY) == ["not_locked", "not_locked"]
    assert book.library(ENTRY).answering(TODAY) == ()
    book.lock(ENTRY)
    assert book.faults(ENTRY) == []
    assert book.library(ENTRY).answering(TODAY) == (ENTRY,)


def test_what_is_not_at_hand_cannot_be_locked(book: Lawbook) -> None:
    unread = entry_citing("第九条")
    assert [str(fault.kind) for fault in book.lock(unread)] == ["no_text"]
    assert book.faults(unread, with_texts=False) == ["not_locked"]


def test_a_law_that_nobody_registered_is_found(book: Lawbook) -> None:
    assert book.faults(entry_citing("第一条", law="中华人民共和国养猫法")) == ["not_registered"]


def test_a_changed_text_is_found_and_stays_found_until_somebody_reads_it(book: Lawbook) -> None:
    book.lock(ENTRY)
    book.bring(OLD, {**OLD_TEXT, 2: "狗咬人的，狗主人在十日内赔偿医药费。"})
    assert book.faults(ENTRY) == ["text_changed"]
    assert [str(fault.kind) for fault in book.lock(ENTRY)] == ["text_changed"]
    assert book.faults(ENTRY, with_texts=False) == [], "a clone without texts believes the lock"
    assert book.lock(ENTRY, again=[Citation(DOGS, "第二条")]) == []
    assert book.faults(ENTRY) == []


def test_marks_and_spaces_are_no_change(book: Lawbook) -> None:
    book.lock(ENTRY)
    book.bring(OLD, {**OLD_TEXT, 1: "养狗，要 拴绳"})
    assert book.faults(ENTRY) == []


def test_nothing_is_locked_while_a_file_cannot_be_read(book: Lawbook) -> None:
    slip = ContentError("deadlines.yaml", "review_by", "…")
    with pytest.raises(ContentError, match="review_by"):
        lock_citations(replace(book.library(ENTRY), faults=(slip,)), book.texts(), TODAY)


def test_a_row_that_nobody_needs_is_found_and_dropped(book: Lawbook) -> None:
    book.lock(ENTRY)
    only = entry_citing("第一条")
    assert book.faults(only) == ["not_cited"]
    book.lock(only)
    assert len((book.statutes / LOCK_FILE).read_text("utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    ("law", "article", "kind"),
    [
        ("中华人民共和国婚姻法", "第四十六条", "not_registered"),  # repealed
        ("中华人民共和国环境保护法", "第六条", "not_registered"),  # repealed by a code
        ("中华人民共和国医疗保障法", "第三条", "not_registered"),  # not yet in force
        ("中华人民共和国劳动仲裁法", "第二十七条", "not_registered"),  # a similar title
        ("劳动合同法", "第四十七条", "not_registered"),  # not the full title
        ("中华人民共和国律师法", "第三条", "not_locked"),  # no text of this version
        ("中华人民共和国刑法", "第一百六十五条", "not_locked"),  # the text lacks an amendment
        ("中华人民共和国劳动合同法", "第四百七十条", "not_locked"),  # no such article
    ],
)
def test_planted_faults_of_law_are_found(law: str, article: str, kind: str) -> None:
    library = Library.read()
    planted = only(library, entry_citing(article, law=law))
    faults = [fault for fault in lock_faults(planted) if fault.citing is not None]
    assert [str(fault.kind) for fault in faults] == [kind]
    assert planted.answering(TODAY) == ()


def test_withdrawn_entries_need_no_lock(book: Lawbook) -> None:
    assert book.faults(entry_citing("第二条", status=Status.WITHDRAWN)) == []


def test_an_answer_stops_on_the_day_its_article_changes(book: Lawbook) -> None:
    """第一条 stays the same; 第二条 becomes another."""
    same, changed = entry_citing("第一条", id_="gou-01"), entry_citing("第二条", id_="gou-02")
    book.lock(same, changed)
    book.register_versions(OLD, NEW)
    eve, day = date(2026, 12, 31), date(2027, 1, 1)
    assert book.faults(same, changed) == ["other_days", "other_days"]
    assert book.library(same, changed).answering(eve) == (same, changed)
    assert book.library(same, changed).answering(day) == (), "nobody has read the new version"
    book.bring(NEW, NEW_TEXT)
    later = date(2027, 6, 1)
    same, changed = (
        entry_citing("第一条", id_="gou-01", review_by=later),
        entry_citing("第二条", id_="gou-02", review_by=later),
    )
    faults = book.lock(same, changed)
    assert [(fault.citing and fault.citing.id, str(fault.kind)) for fault in faults] == [
        ("gou-02", "moves")
    ]
    assert book.library(same, changed).answering(eve) == (same, changed)
    assert book.library(same, changed).answering(day) == (same,)


def test_an_entry_for_the_future_law_begins_with_it(book: Lawbook) -> None:
    book.register_versions(OLD, NEW)
    book.bring(NEW, NEW_TEXT)
    begins = date(2027, 1, 1)
    coming = entry_citing("第三条", valid_from=begins, review_by=date(2027, 6, 1))
    assert book.lock(coming) == []
    assert book.library(coming).answering(date(2026, 12, 31)) == ()
    assert book.library(coming).answering(begins) == (coming,)


def test_a_repealed_law_carries_nothing(book: Lawbook) -> None:
    book.lock(ENTRY)
    register = book.statutes / "register.yaml"
    given = register.read_text("utf-8")
    register.write_text(given.replace("    versions:", "    repealed: 2026-12-01\n    versions:"))
    assert book.library(ENTRY).answering(date(2026, 11, 30)) == (ENTRY,)
    assert book.library(ENTRY).answering(date(2026, 12, 1)) == ()


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_text('{"title": "x"}\n', "utf-8")
    with pytest.raises(ContentError, match="line 1"):
        CitationLock.read(tmp_path / LOCK_FILE)


def test_the_lock_file_is_written_in_one_order(book: Lawbook, tmp_path: Path) -> None:
    path = CONTENT / "statutes" / LOCK_FILE
    CitationLock.read(path).write(tmp_path / LOCK_FILE)
    assert (tmp_path / LOCK_FILE).read_text("utf-8") == path.read_text("utf-8")
